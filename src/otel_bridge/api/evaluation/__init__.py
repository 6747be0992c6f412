"""`Eval`: a task over cases, its outputs scored, every case a trace of an experiment."""
