comment on table t is 'x'
comment on column t.a is 'x'
comment on index t_a_idx is 'x'
comment on view vw is 'x'
comment on materialized view mv is 'x'
comment on sequence sq is 'x'
comment on constraint t_a_chk on t is 'x'
comment on trigger t_trg on t is 'x'
comment on policy pol on t is 'x'
comment on rule t_rule on ch is 'x'
comment on function fvol() is 'x'
comment on type st is 'x'
comment on schema s is 'x'
comment on domain dom is 'x'
drop trigger t_trg on t
drop rule t_rule on ch
drop policy pol on t
alter policy pol on t using (false)
alter policy pol on t rename to pol2
alter trigger t_trg on t rename to x
alter rule t_rule on ch rename to x
alter statistics stat1 rename to x
alter statistics stat1 set statistics 10
alter statistics stat1 owner to pg_monitor
alter view vw rename to v2
alter view vw set (security_barrier=true)
alter view vw owner to pg_monitor
alter view vw set schema public
drop view vw
alter view vw rename column b to b2
alter view vw alter column b set default 'x'
alter materialized view mv rename to m2
alter materialized view mv set (fillfactor=80)
alter materialized view mv owner to pg_monitor
alter materialized view mv set schema public
alter sequence sq rename to q2
alter sequence sq owned by t.a
alter sequence sq owner to pg_monitor
alter sequence sq restart with 5
drop sequence sq
alter sequence sq set schema public
create sequence q9 owned by t.a
alter sequence sq as bigint
alter index t_a_idx rename to x
alter table t_a_idx rename to x
alter index t_a_idx set (fillfactor=80)
alter type st rename to st2
alter type st add value 'z'
alter type st rename value 'a' to 'aa'
alter type comp rename attribute x to x2
alter type comp drop attribute y
alter type comp add attribute w int cascade
alter type st owner to pg_monitor
alter type st set schema public
alter domain dom drop not null
alter domain dom set default 'x'
alter domain dom rename to d2
alter domain dom owner to pg_monitor
alter table t add column z serial
alter table t add column z int generated always as (a) stored
alter table t add column z int references p(id)
alter table t add column z int unique
alter table t add column z int default 1 check (z>0)
alter table t add column z text default current_user
alter table t alter column a set default 3
alter table t alter column a drop default
alter table t alter column nn drop not null
alter table t alter column a set statistics 10
alter table t alter column a set (n_distinct=5)
alter table t alter column a reset (n_distinct)
alter table t alter column g drop expression
alter table t alter column p_id set not null
alter table t add constraint z foreign key (p_id) references p(id) not valid
alter table t validate constraint t_a_nv
alter table t add constraint z unique using index t_nn_uq
alter table t rename constraint t_a_chk to z
alter table t drop constraint t_a_chk cascade
alter table t add exclude using btree (a with =)
alter table t disable trigger t_trg
alter table t enable trigger t_trg
alter table t enable always trigger t_trg
alter table t enable replica trigger t_trg
alter table t disable trigger user
alter table t enable trigger all
alter table ch enable always rule t_rule
alter table t force row level security
alter table t no force row level security
alter table t enable row level security
alter table t disable row level security
alter table t cluster on t_a_idx
alter table t set without cluster
alter table t reset (fillfactor)
alter table t replica identity full
alter table t replica identity default
alter table t set without oids
alter table inh no inherit inhp
create trigger z after update of a on t for each row when (old.a is distinct from new.a) execute function trg()
create constraint trigger z after insert on t from p deferrable for each row execute function trg()
cluster t using t_a_idx
analyze t
truncate t, iso
lock table t in row exclusive mode
lock table t in access share mode
insert into iso values (100000,'x')
update t set a=2 where id=1
delete from ch where id=1
with x as (update plain set dd='q' where id=1 returning id) select * from x
select * from t where id=1 for share
select 1
select nextval('s.sq')
create view v9 as select id from t
create materialized view m9 as select id from t
create table n9 as select id from t with no data
create table n9 (id int, foreign key (id) references p(id), foreign key (id) references iso)
create table n9 (like t)
create temp table n9 (id int)
create table n9 of comp
create index z on only pt (v)
alter table only inhp alter column val set default 'x'
grant select on t to pg_monitor
revoke all on t from public
grant usage on schema s to pg_monitor
grant select on all tables in schema s to pg_monitor
alter default privileges grant select on tables to pg_monitor
create statistics z (ndistinct) on a, b from t
create publication z for table t, p
create publication z for all tables
alter publication s_pub add table t
alter publication s_pub drop table iso
drop publication s_pub
create publication z for tables in schema s
create function fx() returns int language sql as 'select 1'
alter function fvol() stable
alter function fvol() rename to f2
alter function fvol() set schema public
drop function fvolsql()
create schema z
create schema z create table zz (id int)
create type z as enum ('a')
create type z as (a int)
create domain z as int
create cast (comp as text) with inout
create aggregate z (int) (sfunc=int4pl, stype=int)
create operator === (leftarg=int, rightarg=int, function=int4eq)
drop procedure prc()
set constraints all deferred
notify x
drop materialized view mv
alter table iso alter column val type varchar(10)
alter table if exists t add column z int
reindex table iso
alter table iso rename column val to v2
create rule z as on insert to iso do nothing
alter table t add column z int default s.fvolsql()
alter table t drop column a cascade
alter table t drop column a
alter table t drop column b
drop table pt1
drop table ptd
drop table pt
drop schema s cascade
drop schema s
drop table t cascade
alter table t rename constraint t_a_chk to q
truncate p
truncate p cascade
truncate pt
truncate idt restart identity
alter table iso alter column id type bigint
alter table t alter column n type numeric(14,2)
alter table t alter column n type numeric
alter table t alter column v type varchar(100)
alter table t alter column v type varchar(20)
alter table t alter column cc type char(20)
alter table t alter column tp type timestamp(6)
alter table t alter column tp type timestamp
alter table t alter column ts type timestamptz
alter table t alter column ts type timestamptz using ts at time zone 'UTC'
alter table t alter column a type bigint
alter table t alter column b type varchar(10)
alter table t alter column b type varchar(10) <- drop view s.vw
alter table t alter column id type bigint
alter table t alter column tz type timestamp
alter table t alter column bt type bit varying(5)
alter table t alter column iv type interval(6)
alter table t alter column e type text
alter table t alter column x type text
alter table t alter column d type text
alter table plain alter column d type text
alter table plain alter column dd type dom
alter table plain alter column dd type int
alter table plain alter column a type text
alter table plain alter column a type smallint
alter table t alter column nn type bigint
alter table idt alter column id type bigint
alter table t alter column a set default 5
alter table t alter column a drop not null
alter table idt alter column id drop not null
alter table ch validate constraint ch_p_id_fkey
alter table iso add primary key (id)
alter table iso add constraint q primary key (id)
alter table pt2 add primary key (id)
alter table ch drop constraint ch_p_id_fkey
alter table p drop constraint p_pkey
alter table p drop constraint p_pkey cascade
alter table t drop constraint nope
create index z on pt(id)
create index z on pt1(id)
create index t_a_idx on t(a)
drop index t_a_idx
drop index iso_pkey
drop index pt_v
drop index pt1_v_idx
analyze pt
alter table pt detach partition pt1
alter table pt add column z int
alter table pt add column z int default 5
alter table pt drop column v
alter table pt alter column v type bigint
alter table pt alter column id type bigint
alter table pt alter column v set not null
alter table pt add constraint c check (v >= 0)
alter table pt add constraint c check (v >= 0) not valid
alter table pt alter column v set default 4
alter table pt rename column v to w
alter table pt rename to pt9
alter table pt1 add column z int
alter table only pt add column z int
alter table pt add primary key (id)
alter table pt alter column v set statistics 10
alter table pt alter column v set storage plain
alter table pt owner to pg_monitor
alter table inhp add column z int
alter table inhp drop column val
alter table inhp alter column val type varchar(10)
alter table inhp rename column val to v2
alter table inhp add constraint c check (id > 0)
drop table inhp
drop table inhp cascade
create trigger z before insert on pt for each row execute function trg()
create trigger z before insert on pt for each statement execute function trg()
alter table pt disable trigger all
alter table t set unlogged
alter table t set logged
alter table p set unlogged
alter table idt owner to pg_monitor
alter table idt set schema public
alter table idt rename to idt9
drop table idt
alter table idt drop column id
alter view vw rename to vw9
refresh materialized view mv
refresh materialized view concurrently mv <- drop index s.mv_id
alter type st add value 'c'
alter type st rename value 'a' to 'z'
alter domain dom set not null
alter domain dcc add constraint c2 check (value < 100)
alter domain dc9 add constraint c2 check (value <> '')
drop domain dom
drop domain dom cascade
drop type comp
drop type comp cascade
drop type st
drop function trg()
drop sequence sq2
drop view vw, mv
drop table ch, p
drop table nope
drop table if exists nope
alter table if exists nope add column z int
alter table nope add column z int
alter table t add column a int
alter table t drop column nope
alter table t alter column nope set not null
alter table t rename column nope to x
create table t (id int)
create table if not exists t (id int)
create table ptx partition of pt for values from (2000) to (3000)
create table ptx partition of pt for values from (2000) to (3000) partition by range (v)
alter table pt attach partition pt3 for values from (1000) to (2000) <- create index pt3_v on s.pt3 (v)
alter table pt attach partition pt3 for values from (1000) to (2000) <- create index pt3_v on s.pt3 (v); drop table s.ptd
alter table pt attach partition pt2 for values from (1000) to (2000) <- insert into s.ptd values (5000, 1)
create table ptx partition of pt for values from (2000) to (3000) <- insert into s.ptd values (5000, 1)
delete from t where id = 1
delete from t where p_id = 1
update t set a = 1 where p_id = 5
update t set a = 1 where id = 5
update p set email = 'x' where id = 1
update ch set p_id = 2 where id = 1
insert into ch values (9999, 1, 1)
insert into iso values (99999, 'x')
select * from vw
select * from pt
select * from inhp
select count(*) from t where p_id = 4
update pt set v = 1
delete from pt
update vw set b = 'x' where id = 1
lock table vw
lock table pt
create view v9 as select * from vw
create materialized view m9 as select * from vw
create table n9 as select * from vw
create or replace view vw as select id, b from t
create or replace view vw9 as select id, b from t
create or replace view vw as select b, id from t
do $$ begin alter table t add column z int; update iso set val = 'y'; end $$
do $$ declare n int; begin select count(*) into n from t; if n > 5 then alter table iso add column q int; end if; end $$
do $$ begin perform 1 from p; end $$
alter table t alter column v type varchar(100), add column z int
alter table t alter column v type text <- alter table s.t add constraint vc check (v <> '')
alter table t alter column v type text <- create index vexpr on s.t (lower(v))
alter table t alter column v type text <- create index vpart on s.t (id) where v <> ''
alter table t alter column v type text <- create policy q on s.t using (v <> '')
alter table t alter column a type bigint <- drop materialized view s.mv; alter table s.t add column gg int generated always as (a) stored
alter table t alter column v type text <- create trigger q before update of v on s.t for each row execute function s.trg()
alter table p alter column email type varchar(40)
alter table p alter column email type varchar <- create table s.ce (e text references s.p (email)); insert into s.ce select 'e' || g from generate_series(1, 100) g
alter table t alter column v type varchar(60) <- create statistics s.q on a, v from s.t
alter table t alter column a set not null <- alter table s.t drop constraint t_a_notnull
alter table pt3 alter column v set not null <- alter table s.pt3 add constraint z check (v > 0 and v is not null)
alter table pt3 alter column v set not null <- alter table s.pt3 add constraint z check (v > 0 or v is not null)
alter table pt3 alter column id set not null
alter table idt alter column q add generated always as identity
alter table idt alter column id set generated always
alter table idt alter column id drop identity
alter table t set (fillfactor=70)
alter table t add constraint z exclude using btree (a with =)
alter table iso add constraint z foreign key (id) references pt (id)
alter index t_a_idx rename to q
alter table t_a_idx rename to q
alter index pt_v rename to q
reindex index iso_pkey
alter table t add column z text collate "C"
alter table t alter column v type varchar(50) collate "C"
alter table t alter column b type text collate "C" <- drop view s.vw
alter extension plpgsql update
create index z on t(a) where a > 5
create unique index z on pt(id)
merge into t using p on t.id = p.id when matched then update set a = 1
alter table plain alter column d type dcc using 1
alter table t add column z dom default 'x'
alter table t add column z dcc[]
alter table t add column z comp
alter table t add constraint t_a_chk check (a > 1)
alter table ch alter column p_id drop not null
alter table ch add constraint zz foreign key (p_id) references p(id) on delete cascade
analyze
alter table t add column z int references p(email)
alter table t add column z serial primary key
alter publication s_pub set table t
alter publication s_pub set table t, p
alter publication s_pub drop table t
create publication z for table inhp
create publication s_pub for table t
drop publication nope
analyze inhp
analyze vw
create index if not exists t_a_idx on t(a)
create index z on vw(b)
create index z on t(nope)
create unique index z on pt(v)
alter table pt detach partition pt2
alter table p detach partition pt1
alter table t disable trigger nope
alter table inh drop column val
alter table only inhp drop column val
alter table pt drop column id
alter table plain drop column a, add column a bigint
alter table mv drop column a
alter table vw drop column b
alter table t alter column g set default 4
alter table t alter column g drop default
alter table t alter column a drop expression
drop index nope
drop index t
drop sequence idt_id_seq
drop schema nope
drop trigger if exists nope on t
drop trigger nope on t
drop rule nope on ch
drop rule if exists nope on ch
drop policy nope on t
drop policy if exists nope on t
drop type nope
drop function nope()
drop statistics stat1
drop statistics if exists stat1
drop statistics nope
drop statistics if exists nope
alter table vw enable row level security
alter type nope add value 'c'
alter type comp alter attribute x type bigint
alter type comp alter attribute x type text cascade
alter type comp rename to c2
alter type comp owner to pg_monitor
alter type nope rename to x
alter type comp add attribute z int <- create table s.ct of s.comp
alter type comp add attribute z int cascade <- create table s.ct of s.comp
alter type comp drop attribute x cascade <- create table s.ct of s.comp
alter type comp rename attribute x to w <- create table s.ct of s.comp
alter type comp rename attribute x to w cascade <- create table s.ct of s.comp
alter type comp alter attribute x type bigint <- create table s.ct of s.comp
alter type comp alter attribute x type bigint cascade <- create table s.ct of s.comp; insert into s.ct values (1,1)
alter domain dom drop constraint nope
alter domain dom validate constraint nope
alter domain nope set not null
alter domain dom add constraint z check (value <> '') <- create table s.pd (id int, x s.dom) partition by range (id); create table s.pd1 partition of s.pd for values from (0) to (10); insert into s.pd values (1, 'x')
create domain dom as int
create type st as enum ('q')
create type comp as (q int)
alter table t add foreign key (p_id) references p (email)
alter table t add foreign key (p_id) references p (nope)
alter table t add foreign key (p_id) references vw
alter table t add foreign key (p_id, a) references p (id)
alter table t add foreign key (x) references p
drop table pt1 <- delete from s.pt where v = 0; alter table s.pt add constraint z foreign key (v) references s.iso
alter table pt detach partition pt1 <- delete from s.pt where v = 0; alter table s.pt add constraint z foreign key (v) references s.iso
alter table pt attach partition pt3 for values from (1000) to (2000) <- delete from s.pt where v = 0; alter table s.pt add constraint z foreign key (v) references s.iso
alter table pt attach partition pt3 for values from (1000) to (2000) <- alter table s.pt add primary key (id); delete from s.iso where id > 999; alter table s.iso add constraint z foreign key (id) references s.pt
create table ptx partition of pt for values from (5000) to (6000) <- alter table s.pt add primary key (id); delete from s.iso where id > 999; alter table s.iso add constraint z foreign key (id) references s.pt
create table if not exists pt1 partition of pt for values from (0) to (1000)
alter table pt attach partition pt2 default
alter table pt attach partition pt1 for values from (3000) to (4000)
alter table pt attach partition iso for values from (3000) to (4000)
alter table t attach partition pt2 for values from (1000) to (2000)
alter table pt attach partition inhp for values from (3000) to (4000)
alter table inh inherit inhp
alter table plain inherit inhp
alter table inh3 no inherit inhp <- create table s.inh3 (id int not null, val text)
alter table inh3 inherit inhp <- create table s.inh3 (id int not null)
alter table inh3 inherit inhp <- create table s.inh3 (id int, val text)
alter table t owner to current_user
alter table pt add primary key (v)
alter table pt add unique (id)
alter table pt add unique (v)
alter table t add unique (nope)
alter table t add unique (x)
alter table t add constraint z unique using index nope
refresh materialized view vw
refresh materialized view m2 <- create materialized view s.m2 as select * from s.mv
refresh materialized view m2 <- create materialized view s.m2 as select p.id, k from s.p join s.ch on ch.p_id = p.id
refresh materialized view m2 <- create materialized view s.m2 as select count(*) from s.vw
refresh materialized view m2 <- create materialized view s.m2 as select * from s.pt
refresh materialized view m2 <- create materialized view s.m2 as select * from s.t where id = 5
refresh materialized view m2 <- create materialized view s.m2 as select * from s.t with no data
refresh materialized view m2 <- create materialized view s.m2 as with x as (select * from s.iso) select * from x union all select id, dd from s.plain
alter table t rename constraint nope to z
alter table t rename constraint t_a_chk to t_a_nv
alter table pt1 rename column v to w
alter table only inhp rename column val to v2
alter table inh rename column val to v2
alter table t rename column a to b
alter table t rename to p
alter table t rename to t
alter view t rename to x
alter index t rename to x
alter index t_a_idx rename to t_v_idx
alter schema nope rename to x
alter schema s rename to public
alter function nope() rename to x
alter trigger nope on t rename to x
alter policy nope on t rename to x
alter table t replica identity using index nope
alter index t_a_idx depends on extension plpgsql
alter table t cluster on nope
alter table only pt alter column v set not null
alter table vw alter column b set not null
alter table t alter column a set not null, drop constraint t_a_notnull
alter table iso set unlogged
truncate only inhp
truncate vw
truncate mv
alter table t alter column iv type interval day to second
alter table inh alter column val type varchar
alter table only inhp alter column val type varchar
alter table pt1 alter column v type bigint
alter table mv alter column a type bigint
alter table vw alter column b type varchar
alter table t alter column j type text[] <- alter table s.t add column j varchar(5)[]
grant select on nope to public
comment on column t.nope is 'x'
comment on constraint nope on t is 'x'
comment on index t is 'x'
comment on table vw is 'x'
comment on view t is 'x'
comment on type nope is 'x'
comment on foreign table t is 'x'
create or replace view t as select 1
create or replace view mv as select 1
create materialized view m9 as select count(*) from p join ch on ch.p_id = p.id
create table n9 as select * from t limit 1
create table n9 as with x as (select * from iso) select * from x
create table if not exists t as select * from iso
create temp table t as select * from iso
create table n9 (id int, foreign key (id) references p (email))
create table n9 (id int references pt)
create table n9 (id int); create index on n9 (id); alter table n9 add foreign key (id) references p
create schema z create table zt (id int references s.p)
create schema s
alter sequence t restart
create trigger t_trg before insert on t for each row execute function trg()
create trigger z before insert on mv for each row execute function trg()
alter trigger z on pt rename to q <- create trigger z after insert on s.pt for each row execute function s.trg()
alter trigger t_trg on t depends on extension plpgsql
create rule z as on update to iso do also insert into plain (id) values (1)
create rule z as on update to iso do also delete from p
create rule t_rule as on delete to ch do also select 1
create or replace rule "_RETURN" as on select to vw do instead select id, b from t
create rule z as on insert to vw do instead insert into t (id) values (1)
alter table ch disable rule nope
create policy z on t using (exists (select 1 from p where p.id = t.id))
create policy z on t for insert with check (a > (select max(id) from ch))
create policy pol on t
create policy z on vw
alter policy pol on t using (exists (select 1 from p))
alter policy nope on t using (true)
create statistics z on a, b from vw
create statistics on a, nn from t
create function z() returns int language sql as 'select count(*)::int from s.t'
create function z() returns int language sql begin atomic select count(*)::int from t; end
create function z() returns setof t language sql as 'select * from s.t'
create procedure z() language sql as 'update s.t set a = 1'
alter extension plpgsql add table t
do $$ declare r record; begin for r in select id from iso limit 1 loop execute 'alter table p add column z int'; end loop; end $$
do $$ begin alter table t add constraint t_a_chk check (a > 0); exception when duplicate_object then null; end $$
lock table only pt
lock table only inhp
lock table mv
lock table sq
select * from t join p on p.id = t.p_id where t.id = 1 for update of t
select * from only inhp
select 1 from t limit 1
select exists (select 1 from t)
select max(id) from t
select * from t tablesample system (10)
select * from (select * from t) q
select * from t where id in (select p_id from ch)
select * from t where exists (select 1 from ch where ch.p_id = t.id)
select (select count(*) from iso) from p where id = 1
with x as (select * from t) select * from x
with x as materialized (select * from t) select * from x
select * from t where lower(b) = 'x'
insert into ch (id) values (99999)
insert into pt1 values (5, 5)
insert into mv values (1, 1)
insert into idt (q) values (5)
insert into idt (q) select id from iso
update ch set p_id = null where id = 1
update only inhp set val = 'x'
update mv set a = 1
update t set a = p.id from p where p.id = t.p_id
update t set a = 1 where id in (select p_id from ch)
update t set a = 1 from p, ch where p.id = ch.p_id and t.id = p.id
update iso set val = 'x' where ctid = '(0,1)'
with x as (select id from iso limit 5) update iso set val = 'z' from x where iso.id = x.id
delete from only inhp
delete from t using p where p.id = t.p_id and p.email = 'e5'
delete from iso where id in (select id from p)
delete from mv
delete from iso where exists (select 1 from ch)
merge into iso using (select * from p where id = 1) q on iso.id = q.id when matched then update set val = 'x'
merge into iso using p on iso.id = p.id when not matched by source then delete
explain select * from t
explain analyze select * from t
explain analyze update iso set val = 'x'
prepare q as select * from t
declare c cursor for select * from t
alter table t add column z int, add foreign key (z) references p
alter table t drop constraint t_a_chk, add constraint t_a_chk check (a > 1) not valid
alter table ch drop constraint ch_nv, add constraint ch_nv foreign key (k) references p not valid
alter table public.t add column z int
alter table nope.t add column z int
alter table t add column z bigint generated always as identity primary key
alter table t add column z int primary key
alter table t add column z text storage external
alter table t add column z int references p default null
alter table t add column z int references pt
alter table t add column z int references vw
alter table t add column z int references p (nope)
alter table pt add column z int unique
alter table mv add column z int
alter table vw add column z int
alter view vw add column z int
alter table sq add column z int
alter table t_a_idx add column z int
alter table comp add column z int
alter table t alter column a add generated always as identity
alter table t alter column nn add generated always as identity
alter table idt alter column id add generated always as identity
alter table idt alter column q drop identity
alter table idt alter column id restart with 5000
alter table idt alter column id set increment by 5
alter table idt alter column id set increment by 5 restart
alter table idt alter column q set generated always
alter table idt alter column id set default 5
alter table idt alter column id drop default
alter table t alter column a set compression pglz
alter table ct of comp <- create table s.ct (x int, y int)
alter table t set schema nope
alter table t alter constraint t_pkey deferrable
alter table t alter constraint nope deferrable
alter table ch alter constraint ch_p_id_fkey not enforced
alter table only inhp drop constraint z <- alter table s.inhp add constraint z check (id > 0)
alter table inhp rename constraint inhp_pkey to y
alter table pt rename constraint pt_pkey to q <- alter table s.pt add primary key (id)
reindex index t
reindex table vw
