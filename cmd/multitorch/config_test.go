package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/tensorboard"
)

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "my.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// A file says the task and its flags, the command line counts more, and what a run leaves trains the same model again.
func TestTrainFromConfig(t *testing.T) {
	t.Parallel()
	path := writeConfig(t, "task: emoji10\nmodel: text\nepochs: 7\nbatch-size: 256\nlr: 3e-3\nworkers: 2\n")
	out := t.TempDir()
	o := multitorch("train", "--config", path, "--set", "epochs=1", "--workers", "0", "--out", out).requireOK(t)
	require.Contains(t, o.stderr, "epoch 1/1: ")
	checkpoint, err := os.ReadFile(filepath.Join(out, checkpointName))
	require.NoError(t, err)
	asFlags, err := os.ReadFile(checkpointOf(t, "text"))
	require.NoError(t, err)
	require.Equal(t, asFlags, checkpoint)

	left, err := os.ReadFile(filepath.Join(out, runFileName))
	require.NoError(t, err)
	for _, line := range []string{
		"task: emoji10", "model: text", "epochs: 1", "batch-size: 256", "lr: 0.003", "weight-decay: 1e-05", "workers: 0", "seed: 0", "save-every: 1m0s",
		"device: ", "environment:", "  libtorch: ", "  command: ",
	} {
		require.Contains(t, string(left), "\n"+line)
	}
	require.NotContains(t, string(left), "\nout:")
	other := writeConfig(t, strings.Replace(string(left), "  libtorch: ", "  libtorch: 0.", 1))
	again := t.TempDir()
	o = multitorch("train", "--config", other, "--out", again).requireOK(t)
	require.Contains(t, o.stderr, "note: libtorch was 0.")
	require.Equal(t, 1, strings.Count(o.stderr, "note:"), o.stderr)
	checkpoint, err = os.ReadFile(filepath.Join(again, checkpointName))
	require.NoError(t, err)
	require.Equal(t, asFlags, checkpoint)
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"model: text\nepochs: many":           `my.yaml, line 2: epochs: expected a whole number, but got the text "many"`,
		"model: text\n\nbatch_size: 3":        `my.yaml, line 3: multitorch train emoji10 has no flag "batch_size": did you mean "batch-size"?`,
		"model: text\nfoo: 3":                 `my.yaml, line 2: multitorch train emoji10 has no flag "foo": expected one of`,
		"model: text\nmodel: image":           `my.yaml, line 2: "model" stands there a second time, after line 1`,
		"model: none":                         "my.yaml, line 1: --model must be one of",
		"seed: 1\nworkers: -1":                "my.yaml, line 2: --workers: expected at least 0, but got -1",
		"task: nothing":                       `my.yaml, line 1: the task "nothing": expected one of`,
		"task: 3":                             "my.yaml, line 1: task: expected text",
		"task: table\nkind: {a: [1]}":         "my.yaml, line 2: kind: expected text",
		"task: table\nkind: text":             `my.yaml, line 2: kind: expected a mapping {name: value}, but got the text "text"`,
		"config: other.yaml":                  `has no flag "config"`,
		"a: [1":                               "my.yaml: ",
		"":                                    "there is nothing in it",
		"task: table\nfusion: nope\ndata: /x": "my.yaml, line 2: --fusion: expected one of",
	} {
		requireMisuse(t, []string{"train", "--config", writeConfig(t, text)}, want)
	}
	requireMisuse(t, []string{"train", "fashion-mnist", "--config", writeConfig(t, "task: table")},
		"the file is for the task table, and the command line for fashion-mnist")
	requireMisuse(t, []string{"train", "--set", "lr"}, "--set lr: expected NAME=VALUE")
}

// The page of a run has the task's classes and pictures, and the run's settings.
func TestTrainReport(t *testing.T) {
	t.Parallel()
	out, _ := trained(t, "concat")
	page, err := os.ReadFile(filepath.Join(out, reportName))
	require.NoError(t, err)
	for _, want := range []string{"Smileys &amp; Emotion", "finished: 12 steps, 1 epochs", "<bdi>batch-size</bdi></td><td><bdi>256</bdi>", "libtorch"} {
		require.Contains(t, string(page), want)
	}
	require.Equal(t, mostSamples, strings.Count(string(page), "<img "))
}

// Looking where time goes changes no bit of the model.
func TestTrainProfile(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	trace := filepath.Join(out, "trace.json")
	o := multitorch(train(out, "--model", "text", "--profile", trace)...).requireOK(t)
	require.Regexp(t, `(?m)^forward +5 `, o.stdout)
	require.Regexp(t, `(?m)^head \(Linear\) +backward +5 `, o.stdout)
	require.Contains(t, o.stdout, "\ntrace       "+trace+"\n")
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	with, err := os.ReadFile(filepath.Join(out, checkpointName))
	require.NoError(t, err)
	without, err := os.ReadFile(checkpointOf(t, "text"))
	require.NoError(t, err)
	require.Equal(t, without, with)
}

// TensorBoard gets the settings by which runs are compared, and the model's graph.
func TestTrainWritesSettingsAndGraph(t *testing.T) {
	t.Parallel()
	out, _ := trained(t, "concat")
	names, err := filepath.Glob(filepath.Join(out, "events.out.tfevents.*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	f, err := os.Open(names[0])
	require.NoError(t, err)
	defer f.Close()
	graph, start := "", ""
	for e, err := range tensorboard.Read(f) {
		require.NoError(t, err)
		graph += string(e.Graph)
		for _, v := range e.Values {
			if v.Tag == "_hparams_/session_start_info" {
				start = string(v.Content)
			}
		}
	}
	require.Contains(t, graph, "Conv2d")
	require.Contains(t, graph, "input_", "it was run on a batch")
	for _, name := range []string{"task", "emoji10", "model", "concat", "batch-size", "lr", "seed", "epochs"} {
		require.Contains(t, start, name)
	}
	require.NotContains(t, start, "workers")
}
