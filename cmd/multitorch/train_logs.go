package main

import (
	"path/filepath"

	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// logs are the hooks by which a run leaves its figures as rows. They stand before all that saves the run's state, so that
// what a state has done is in them.
func logs(out string) []trainer.Hook {
	return []trainer.Hook{
		&hooks.JSONL{Path: filepath.Join(out, rowsName)},
		&hooks.CSV{Path: filepath.Join(out, tableName)},
	}
}
