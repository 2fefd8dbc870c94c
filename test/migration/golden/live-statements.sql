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
