"""Furniture shared by the views: headers, assets, languages, forms, filters. It knows no room."""
