-- The one write of a command: everything a step of a case changes, in one round trip.
-- Only app/enactment/record.py calls it. A new signature or meaning is a new name.
-- 23505 on command: the key is known, the stored answer counts. 40001: the instance has moved, read again.
-- p_work holds what changes; a part that is absent costs nothing.
create function enact_1(p_county int, p_id bigint, p_key uuid, p_actor int, p_now timestamptz, p_version int,
                        p_state bytea, p_head bytea, p_work jsonb, p_answer jsonb) returns jsonb
language plpgsql as $$
declare
  opened jsonb := '{}';
begin
  if p_key is not null then
    insert into command (county, key, actor, at, answer)
    values (coalesce((p_work ->> 'key_county')::int, p_county), p_key, p_actor, clock_timestamp(), p_answer);
  end if;

  if p_version = 0 then
    insert into process_instance (county, id, definition_id, state, variables, status, version, audit_seq, audit_head,
                                  held, started_at, updated_at, ended_at, ended_with)
    values (p_county, p_id, (p_work ->> 'definition')::int, p_state, p_work -> 'variables', (p_work ->> 'status')::smallint, 1,
            coalesce((p_work ->> 'seq')::int, 0), p_head, coalesce((p_work ->> 'held')::boolean, false), p_now, p_now,
            (p_work ->> 'ended_at')::timestamptz, p_work ->> 'ended_with');
  else
    update process_instance set
        state = coalesce(p_state, state), variables = coalesce(p_work -> 'variables', variables),
        status = coalesce((p_work ->> 'status')::smallint, status), definition_id = coalesce((p_work ->> 'definition')::int, definition_id),
        version = version + 1, audit_seq = coalesce((p_work ->> 'seq')::int, audit_seq), audit_head = coalesce(p_head, audit_head),
        updated_at = p_now, ended_at = coalesce((p_work ->> 'ended_at')::timestamptz, ended_at),
        ended_with = coalesce(p_work ->> 'ended_with', ended_with)
      where county = p_county and id = p_id and version = p_version;
    if not found then
      raise exception 'stale' using errcode = '40001';
    end if;
  end if;

  if p_work ? 'close' then
    update work_item w set status = c.status, closed_at = p_now, closed_by = p_actor, version = w.version + 1
      from jsonb_to_recordset(p_work -> 'close') c(id bigint, status smallint)
      where w.county = p_county and w.id = c.id and w.status < 2;
    update outbox o set done_at = p_now, outcome = 'void'
      from jsonb_to_recordset(p_work -> 'close') c(id bigint, status smallint)
      where c.status = 3 and o.county = p_county and o.item_id = c.id and o.done_at is null;
  end if;

  if p_work ? 'amend' then
    update work_item w set version = w.version + 1, kind = a.kind, org = a.org, role = a.role, party_id = a.party_id,
        mandate_id = a.mandate_id, priority = a.priority, due_at = coalesce(a.due_at, 'infinity'), due_from = a.due_from,
        due_facts = a.due_facts, remind_at = a.remind_at, reminded = a.reminded, head_at = a.head_at,
        assignee = case when a.moved then a.assignee else w.assignee end,
        status = case when not a.moved then w.status when a.assignee is null then 0 else 1 end,
        head_role_added = case when a.moved then null else w.head_role_added end
      from jsonb_to_recordset(p_work -> 'amend') a(id bigint, kind text, org int, role text, party_id bigint, mandate_id int,
        assignee int, priority smallint, due_at timestamptz, due_from timestamptz, due_facts jsonb, remind_at timestamptz,
        reminded smallint, head_at timestamptz, moved boolean)
      where w.county = p_county and w.id = a.id and w.status < 2;
  end if;

  if p_work ? 'hold' then -- claimed, released, reminded, offered to the head: what moves no token
    update work_item w set version = w.version + 1, status = coalesce(h.status, w.status),
        assignee = case when h.status = 0 then null else coalesce(h.assignee, w.assignee) end,
        claimed_at = case h.status when 1 then p_now when 0 then null else w.claimed_at end,
        reminded = coalesce(h.reminded, w.reminded),
        remind_at = case when h.reminded is null then w.remind_at else h.remind_at end,
        head_role_added = coalesce(h.head_role, w.head_role_added)
      from jsonb_to_recordset(p_work -> 'hold') h(id bigint, status smallint, assignee int, reminded smallint,
        remind_at timestamptz, head_role text)
      where w.county = p_county and w.id = h.id and w.status < 2;
  end if;

  if p_work ? 'open' then
    with x as (
      insert into work_item (county, instance_id, item_key, process, element, kind, org, role, assignee, party_id, mandate_id,
                             form, operation, title_zh, title_en, category, priority, status, returned, local,
                             opened_at, due_at, due_from, due_facts, remind_at, head_at, claimed_at, closed_at, closed_by)
      select p_county, p_id, o.item_key, o.process, o.element, o.kind, o.org, o.role, o.assignee, o.party_id, o.mandate_id,
             o.form, o.operation, o.title_zh, o.title_en, o.category, o.priority, o.status, o.returned, o.local,
             p_now, coalesce(o.due_at, 'infinity'), o.due_from, o.due_facts, o.remind_at, o.head_at,
             case when o.status = 1 then p_now end, case when o.status > 1 then p_now end, case when o.status > 1 then p_actor end
        from jsonb_to_recordset(p_work -> 'open') o(item_key text, process text, element text, kind text, org int, role text,
          assignee int, party_id bigint, mandate_id int, form text, operation text, title_zh text, title_en text, category text,
          priority smallint, status smallint, returned boolean, local jsonb, due_at timestamptz, due_from timestamptz,
          due_facts jsonb, remind_at timestamptz, head_at timestamptz)
      returning id, item_key)
    select jsonb_object_agg(item_key, id) into opened from x;
  end if;

  if p_work ? 'answers' then
    insert into item_answer (county, item_id, instance_id, form, at, sealed)
    select p_county, coalesce(a.item_id, (opened ->> a.item_key)::bigint), p_id, a.form, p_now, decode(a.sealed, 'base64')
      from jsonb_to_recordset(p_work -> 'answers') a(item_id bigint, item_key text, form text, sealed text);
  end if;
  if p_work ? 'tokens' then
    insert into item_token (hash, county, item_id, instance_id, expires_at)
    select decode(t.hash, 'hex'), p_county, (opened ->> t.item_key)::bigint, p_id, t.expires_at
      from jsonb_to_recordset(p_work -> 'tokens') t(hash text, item_key text, expires_at timestamptz);
  end if;

  if p_work ? 'timers_off' then
    delete from timer where county = p_county and instance_id = p_id
      and timer_key in (select jsonb_array_elements_text(p_work -> 'timers_off'));
  end if;
  if p_work ? 'timers_on' then
    insert into timer (county, instance_id, timer_key, process, element, due_at, facts)
    select p_county, p_id, t.timer_key, t.process, t.element, t.due_at, t.facts
      from jsonb_to_recordset(p_work -> 'timers_on') t(timer_key text, process text, element text, due_at timestamptz, facts jsonb)
    on conflict (county, instance_id, timer_key) do update set due_at = excluded.due_at, facts = excluded.facts, tries = 0;
  end if;
  if p_work ? 'subscriptions_off' then
    delete from subscription where county = p_county and instance_id = p_id
      and sub_key in (select jsonb_array_elements_text(p_work -> 'subscriptions_off'));
  end if;
  if p_work ? 'subscriptions_on' then
    insert into subscription (county, instance_id, sub_key, process, element, message, correlation)
    select p_county, p_id, s.sub_key, s.process, s.element, s.message, s.correlation
      from jsonb_to_recordset(p_work -> 'subscriptions_on') s(sub_key text, process text, element text, message text, correlation text[])
    on conflict (county, instance_id, sub_key) do update set correlation = excluded.correlation;
  end if;

  if p_work ? 'case' then
    update case_file c set
        (status, title, area, level, station_id, township_id, owner_id, category, priority, safety_flag, supervised, extended, assigned,
         outcome, verdict, households, accepted_at, closed_at, due_at, public_title, public_text, publishable, occurred_at,
         parent_county, parent_id, children, published_at)
      = (select r.status, r.title, r.area, r.level, r.station_id, r.township_id, r.owner_id, r.category, r.priority, r.safety_flag,
                r.supervised, r.extended, r.assigned, r.outcome, r.verdict, r.households, r.accepted_at, r.closed_at, r.due_at,
                r.public_title, r.public_text, r.publishable, r.occurred_at, r.parent_county, r.parent_id, r.children, r.published_at
           from jsonb_populate_record(c, p_work -> 'case') r)
      where c.county = p_county and c.id = p_id;
  end if;

  if p_work ? 'audit' then
    insert into audit_entry (county, instance_id, seq, at, actor, mandate, action, process, element, body, hash)
    select p_county, p_id, a.seq, p_now, p_actor, (p_work ->> 'mandate')::int, a.action, a.process, a.element, a.body, decode(a.hash, 'hex')
      from jsonb_to_recordset(p_work -> 'audit') a(seq int, action text, process text, element text, body text, hash text);
  end if;
  if p_work ? 'outbox' then
    insert into outbox (county, instance_id, item_id, topic, payload, next_try)
    select coalesce(o.county, p_county), case when o.county is null then p_id else o.instance_id end,
           (opened ->> o.item_key)::bigint, o.topic,
           case when o.item_key is not null then o.payload || jsonb_build_object('item_id', (opened ->> o.item_key)::bigint)
                when o.payload ? 'opened_keys' then (o.payload - 'opened_keys') || jsonb_build_object(
                  'opened', (select jsonb_agg((opened ->> k)::bigint) from jsonb_array_elements_text(o.payload -> 'opened_keys') k),
                  'items', (select jsonb_agg(i || jsonb_build_object('id', (opened ->> (i ->> 'item_key'))::bigint))
                              from jsonb_array_elements(o.payload -> 'items') i))
                else o.payload end, p_now
      from jsonb_to_recordset(p_work -> 'outbox') o(county int, instance_id bigint, topic text, payload jsonb, item_key text);
  end if;
  if p_work ? 'incidents' then
    insert into incident (county, instance_id, kind, process, element, at, facts)
    select p_county, p_id, i.kind, i.process, i.element, p_now, i.facts
      from jsonb_to_recordset(p_work -> 'incidents') i(kind text, process text, element text, facts jsonb);
  end if;
  if p_work ? 'solved' then
    update incident set solved_at = p_now, solved_by = p_actor
      where county = p_county and instance_id = p_id and solved_at is null
        and id in (select value::bigint from jsonb_array_elements_text(p_work -> 'solved'));
  end if;
  if p_work ? 'figures' then
    insert into figure_delta (county, category, day, opened, closed, late, seconds)
    select p_county, f.category, f.day, f.opened, f.closed, f.late, f.seconds
      from jsonb_to_recordset(p_work -> 'figures') f(category text, day date, opened int, closed int, late int, seconds float8);
  end if;
  return opened;
end $$;
