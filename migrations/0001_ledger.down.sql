-- Loses every run and its history: take a dump of the schema before.
DROP TABLE offpeak.process;
DROP TABLE offpeak.message;
DROP TABLE offpeak.progress;
DROP TABLE offpeak.sample;
DROP TABLE offpeak.event;
DROP FUNCTION offpeak.refuse_change();
DROP TABLE offpeak.run;
DROP FUNCTION offpeak.now();
-- The schema stays: the engine that undoes this keeps its own history in it.
