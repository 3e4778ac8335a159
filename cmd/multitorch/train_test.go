package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
	"multitorch/trainer/tensorboard"
)

var summary = regexp.MustCompile(`test loss   (\d\.\d{4})\naccuracy    (\d+\.\d %)\nmacro-F1    (0\.\d{4})\n`)

// tried are the kinds that tests train: the tutorial's, and one of each other sort. That all can be trained is tried where
// they are made.
var tried = []multimodal.Kind{
	multimodal.KindImage, multimodal.KindText, multimodal.KindConcat, multimodal.KindJoint, multimodal.KindUncertainty, "gated",
}

// Models are trained, and eval finds the figures that training showed.
func TestTrainAndEval(t *testing.T) {
	t.Parallel()
	for _, kind := range tried {
		t.Run(string(kind), func(t *testing.T) {
			out, o := trained(t, string(kind))
			figures := summary.FindStringSubmatch(o.stdout)
			require.NotNil(t, figures, o.stdout)
			require.Contains(t, o.stdout, "3058 training and 754 test samples (by emoji, split seed 0, label)")
			require.Contains(t, o.stderr, "epoch 1/1: loss ")

			names := files(t, out)
			require.Subset(t, names, runFiles)

			e := multitorch("eval", checkpointOf(t, string(kind))).requireOK(t)
			require.Empty(t, e.stderr)
			require.Contains(t, e.stdout, fmt.Sprintf("loss %s, accuracy %s, macro-F1 %s\n", figures[1], figures[2], figures[3]))
			for _, class := range emoji10.Classes() {
				require.Contains(t, e.stdout, class)
			}
		})
	}
}

func TestTrainLeavesWhatItSays(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "new", "run")
	o := multitorch("train", "--out", out, "--model", "text", "--epochs", "3", "--batch-size", "512", "--seed", "4").requireOK(t)
	require.Contains(t, o.stdout, "checkpoint  "+filepath.Join(out, checkpointName))

	var about description
	_, err := trainer.LoadCheckpoint(filepath.Join(out, checkpointName), &about)
	require.NoError(t, err)
	made, err := about.task()
	require.NoError(t, err)
	emoji := made.(*emojiTask)
	require.Equal(t, []any{multimodal.KindText, "label"}, []any{emoji.Model, emoji.Text})
	require.Equal(t, recipe{Epochs: 3, BatchSize: 512, LR: 1e-3, WeightDecay: 1e-5, Seed: 4}, about.Recipe)
	require.Equal(t, []any{"emoji10", 3, 18, true, torch.Version()}, []any{about.Task, about.Epoch, about.Step, about.Finished, about.LibTorch})
	require.Greater(t, about.Test["accuracy"], 0.1)

	f, err := os.Open(filepath.Join(out, curvesName))
	require.NoError(t, err)
	defer f.Close()
	curves, err := png.Decode(f)
	require.NoError(t, err)
	require.GreaterOrEqual(t, curves.Bounds().Dx(), 800)
	require.GreaterOrEqual(t, curves.Bounds().Dy(), 400)

	require.Equal(t, map[string][]int64{
		"loss/step":  {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18},
		"loss/train": {6, 12, 18}, "loss/test": {6, 12, 18}, "epoch": {6, 12, 18},
		"accuracy/train": {6, 12, 18}, "accuracy/test": {6, 12, 18}, "macro-F1/train": {6, 12, 18}, "macro-F1/test": {6, 12, 18},
	}, scalars(t, out))
}

// scalars are the steps of every tag in a folder's newest event file.
func scalars(t *testing.T, dir string) map[string][]int64 {
	events, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	require.NoError(t, err)
	f, err := os.Open(slices.Max(events))
	require.NoError(t, err)
	defer f.Close()
	steps := map[string][]int64{}
	for event, err := range tensorboard.Read(f) {
		require.NoError(t, err)
		for _, v := range event.Values {
			if strings.HasPrefix(v.Tag, "_hparams_/") { // the run's settings
				continue
			}
			require.IsType(t, tensorboard.Scalar(0), v.Data, v.Tag)
			steps[v.Tag] = append(steps[v.Tag], event.Step)
		}
	}
	return steps
}

// Into a pipe go plain lines, and few of them.
func TestTrainOutputInAPipe(t *testing.T) {
	t.Parallel()
	_, o := trained(t, "concat")
	requirePlain(t, o.stdout)
	requirePlain(t, o.stderr)
	require.LessOrEqual(t, strings.Count(o.stdout, "\n"), 10)
	require.LessOrEqual(t, strings.Count(o.stderr, "\n"), 12+3, "at most one for each step, which a busy machine takes seconds for: %s", o.stderr)
	for line := range strings.Lines(o.stdout + o.stderr) {
		if !strings.Contains(line, fixtures) {
			require.LessOrEqual(t, len(line), 80, line)
		}
	}
}

// The same command line gives the same file, whatever the number of workers, and in a folder in which a run was killed.
func TestTrainAgain(t *testing.T) {
	t.Parallel()
	first, err := os.ReadFile(checkpointOf(t, "text"))
	require.NoError(t, err)
	out := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "."+checkpointName+".tmp-10"), []byte("left by a killed run"), 0o644))
	multitorch(train(out, "--model", "text", "--workers", "3")...).requireOK(t)
	again, err := os.ReadFile(filepath.Join(out, checkpointName))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Len(t, scalars(t, out)["loss/train"], 1)
}

// What is finished stays: a run goes beside it, or is refused.
func TestTrainDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	path := checkpointOf(t, "text")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	names := files(t, filepath.Dir(path))
	refused(train(filepath.Dir(path), "--model", "text", "--seed", "9")...).
		requireError(t, failed, "--out", path, "there is a run already", "name another folder")
	require.Equal(t, names, files(t, filepath.Dir(path)))

	dir := t.TempDir()
	for i, folder := range []string{"emoji10-text-seed2", "emoji10-text-seed2-2", "emoji10-text-seed2-3"} {
		cmd := command(append([]string{"train", "--model", "text", "--seed", "2"}, quick...)...)
		cmd.Dir = dir
		o := finish(cmd).requireOK(t)
		require.Contains(t, o.stdout, "checkpoint  runs/"+folder+"/"+checkpointName)
		require.Contains(t, files(t, filepath.Join(dir, "runs", folder)), checkpointName)
		require.Len(t, files(t, filepath.Join(dir, "runs")), i+1)
	}
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestTrainWithOtherData(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	o := multitorch(train(out, "--model", "text", "--text", "tags", "--strict", "--split-seed=-3", "--batch-size", "1000000", "--lr", "0")...).requireOK(t)
	require.Contains(t, o.stdout, "(strict, by stem, split seed -3, label + tags)")
	require.NotContains(t, o.stdout, "expected:")
	e := multitorch("eval", filepath.Join(out, checkpointName)).requireOK(t)
	require.Contains(t, e.stdout, "(strict, by stem, split seed -3, label + tags)")

	refused("eval", "--ensemble", filepath.Join(out, checkpointName), checkpointOf(t, "text")).
		requireError(t, failed, "--ensemble", "trained on different data")
}

// A model is measured without each modality, and with noise in each.
func TestAblationAndRobustness(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "noise.png")
	o := multitorch("eval", "--ablation", "--robustness", out, checkpointOf(t, "gated")).requireOK(t)
	require.Regexp(t, `(?m)^with all         accuracy \d+\.\d %\nwithout image    accuracy \d+\.\d %\nwithout text     accuracy \d+\.\d %\n`, o.stdout)
	require.Regexp(t, `(?m)^noise in text        0\.0: \d+\.\d %  0\.1: .*  1\.0: \d+\.\d %$`, o.stdout)
	f, err := os.Open(out)
	require.NoError(t, err)
	defer f.Close()
	_, err = png.Decode(f)
	require.NoError(t, err)

	refused("eval", "--ablation", checkpointOf(t, "concat")).requireError(t, failed, "the tutorial's", "such as gated")
	requireMisuse(t, []string{"eval", "--ablation", "--ensemble", "a", "b"}, "--ablation")
	requireMisuse(t, []string{"eval", "--robustness", out, "a", "b"}, "--robustness")
}

func TestEnsemble(t *testing.T) {
	t.Parallel()
	args := []string{"eval", "--ensemble"}
	for _, kind := range tried[:4] {
		args = append(args, checkpointOf(t, string(kind)))
	}
	o := multitorch(args...).requireOK(t)
	require.Regexp(t, `^ensemble of 4 on the test data of Emoji-10: .*\(by emoji, split seed 0, label\).*\nloss \d\.\d{4}, accuracy \d+\.\d %, macro-F1 0\.\d{4}\n`, o.stdout)
	require.Contains(t, o.stdout, "      754\n")

	image, text := checkpointOf(t, "image"), checkpointOf(t, "text")
	accuracy := func(args ...string) string {
		return regexp.MustCompile(`accuracy (\d+\.\d) %`).FindStringSubmatch(multitorch(append([]string{"eval"}, args...)...).requireOK(t).stdout)[1]
	}
	require.Equal(t, accuracy(image), accuracy("--ensemble", "--weights", "1,0", image, text))
	require.Equal(t, accuracy(text), accuracy("--ensemble", "--vote", image, text, text))
	for _, wrong := range [][]string{
		{"--vote", image},
		{"--weights", "1", image},
		{"--ensemble", "--weights", "1", image, text},
		{"--ensemble", "--weights", "0,0", image, text},
		{"--ensemble", "--weights=-1,1", image, text},
		{"--ensemble", "--weights=NaN,1", image, text},
	} {
		requireMisuse(t, append([]string{"eval"}, wrong...))
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	file, readme := filepath.Join(t.TempDir(), "results.json"), filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(readme, []byte("before\n"+tableBegin+"old\n"+tableEnd+"\nafter\n"), 0o644))
	require.NoError(t, os.WriteFile(file, resultsFile, 0o644))
	o := multitorch("results", "--seeds", "0", "--epochs", "1", "--models", "image,text,joint,concat", "--write", file, "--readme", readme).
		requireOK(t)
	names := []string{"image", "text", "concat", "joint", "late average", "ensemble", "stacking"}
	for _, name := range names {
		require.Regexp(t, `\| emoji10 \| label \| `+name+` \| \d+\.\d \| 0\.\d{3} \| (\d\d\.\d ± \d\.\d|-) \|\n`, o.stdout)
	}
	require.Equal(t, len(names)+2, strings.Count(o.stdout, "\n|"))
	requirePlain(t, o.stderr)

	content, err := os.ReadFile(file)
	require.NoError(t, err)
	rows, err := parseRows(content)
	require.NoError(t, err)
	all, err := parseRows(resultsFile)
	require.NoError(t, err)
	require.Len(t, rows, len(all), "rows take the place of the old ones")
	written, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.Equal(t, "before\n"+tableBegin+tables(rows)+tableEnd+"\nafter\n", string(written))
}

// Rows of other metrics are a table of their own.
func TestTables(t *testing.T) {
	t.Parallel()
	share := column{"R@10", true, figure{41.25, 0.5}}
	rank := column{"a->b MRR", false, figure{0.2, 0.01}}
	rows := []row{
		{Task: "retrieval", Data: "tags", Model: "clip", Figures: []column{share, rank}},
		{Task: "fashion-mnist", Model: "cnn", Figures: []column{{"accuracy", true, figure{88.9, 0.3}}}},
		{Task: "retrieval", Data: "tags", Model: "siglip", Figures: []column{share, rank}},
	}
	require.Equal(t, `| task | data | model | R@10 | a→b MRR | reference |
|---|---|---|---|---|---|
| retrieval | tags | clip | 41.2 ± 0.5 | 0.200 ± 0.010 | 37.7 |
| retrieval | tags | siglip | 41.2 ± 0.5 | 0.200 ± 0.010 | - |

| task | data | model | accuracy | reference |
|---|---|---|---|---|
| fashion-mnist |  | cnn | 88.9 ± 0.3 | 89.0 |
`, tables(rows))
	emoji := func(data, model string) row { return row{Task: "emoji10", Data: data, Model: model} }
	require.Equal(t,
		[]row{emoji("tags", "image"), emoji("tags", "gated"), emoji("tags", "stacking"), rows[1], emoji("label", "text")},
		inOrder([]row{emoji("tags", "stacking"), emoji("tags", "gated"), rows[1], emoji("tags", "image"), emoji("label", "text")}))
	refused("results", "--models", "image,smell").requireError(t, failed, "--models", `"smell"`)
}

// The command knows the kinds that there are, by name.
func TestKinds(t *testing.T) {
	t.Parallel()
	help := multitorch("train", "emoji10", "--model", "smell")
	for _, kind := range multimodal.Kinds() {
		require.Contains(t, help.stderr, `"`+string(kind)+`"`)
	}
	require.Equal(t, misused, help.code)
}

// The README shows what was measured, and nothing that isn't.
func TestReadmeShowsTheResults(t *testing.T) {
	rows, err := parseRows(resultsFile)
	require.NoError(t, err)
	content, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.True(t, strings.Contains(string(content), tableBegin+tables(rows)+tableEnd), "make results writes the table")
	for _, makeOne := range tasks {
		info := makeOne().info()
		if info.yours || info.long {
			continue
		}
		for _, name := range info.rows() {
			require.True(t, slices.ContainsFunc(rows, func(r row) bool {
				return r.Task == info.name && r.Model == name && r.Data == info.variant && r.Epochs == info.recipe.Epochs
			}), "%s %s", info.name, name)
		}
	}
}

func TestExpectation(t *testing.T) {
	rows, err := parseRows(resultsFile)
	require.NoError(t, err)
	e := rows[0]
	run := func(change func(*emojiTask, *recipe)) string {
		c := &emojiTask{Model: multimodal.Kind(e.Model), Text: e.Data}
		r := emojiInfo.recipe
		change(c, &r)
		return (&trainRun{trainCmd: &trainCmd{Task: c, recipe: r}}).expectation(metrics.Value{Name: "accuracy"})
	}
	accuracy := e.Figures[0]
	require.Equal(t, fmt.Sprintf(" (expected: %.1f to %.1f %%)", accuracy.Mean-2*accuracy.Spread, accuracy.Mean+2*accuracy.Spread),
		run(func(_ *emojiTask, r *recipe) { r.Seed, r.Workers = 7, 2 }))
	require.Empty(t, run(func(_ *emojiTask, r *recipe) { r.LR = 0.01 }))
	require.Empty(t, run(func(c *emojiTask, _ *recipe) { c.Strict = true }))
	require.Empty(t, run(func(c *emojiTask, _ *recipe) { c.SplitSeed = 3 }))
}

func TestDataAndDoctor(t *testing.T) {
	t.Parallel()
	o := multitorch("data").requireOK(t)
	require.Contains(t, o.stdout, "1906 emoji")
	require.Contains(t, o.stdout, "3058 training and 754 test samples")
	o = multitorch("doctor").requireOK(t)
	for _, want := range []string{torch.Version(), "blas ", "threads ", "cuda ", "emoji10 ", "3058 training", "works         yes"} {
		require.Contains(t, o.stdout, want)
	}
}
