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
