// Photos shrink before they travel: longest side 1600 px, JPEG. That drops EXIF, and with it the place they were taken.
const LONGEST = 1600;
const QUALITY = 0.8;

async function picture(file) {
  if (window.createImageBitmap) {
    try { return await createImageBitmap(file, { imageOrientation: 'from-image' }); } catch (error) { /* old web views refuse the option */ }
  }
  const address = URL.createObjectURL(file);
  try {
    return await new Promise((done, fail) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = fail;
      image.src = address;
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

export async function shrink(file) {
  let source;
  try { source = await picture(file); } catch (error) { return file; }   // e.g. HEIC: the server converts it
  const scale = Math.min(1, LONGEST / Math.max(source.width, source.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(source.width * scale);
  canvas.height = Math.round(source.height * scale);
  canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  if (!blob) return file;
  return new File([blob], `${file.name.replace(/\.\w+$/, '')}.jpg`, { type: 'image/jpeg' });
}

export function showPhotos(list, photos, words, drop) {
  list.textContent = '';
  photos.forEach((photo, at) => {
    const item = document.createElement('li');
    const image = document.createElement('img');
    image.alt = `${words.photo} ${at + 1}`;
    image.src = URL.createObjectURL(photo);
    image.onload = image.onerror = () => URL.revokeObjectURL(image.src);
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-label', `${words.remove} ${at + 1}`);
    const cross = document.createElement('span');
    cross.textContent = '×';
    button.append(cross);
    button.addEventListener('click', () => drop(at));
    item.append(image, button);
    list.append(item);
  });
}
