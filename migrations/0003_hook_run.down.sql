DROP TABLE offpeak.hook_run;
