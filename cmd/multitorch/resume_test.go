package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// resumed are runs of every task, on little data. All but the first, which make test tries too, are for make kills.
func resumed(t *testing.T) map[string][]string {
	all := map[string][]string{"text": {"emoji10", "--model", "text", "--epochs", "2", "--batch-size", "64", "--workers", "2"}}
	if os.Getenv(kills.Variable) == "" {
		return all
	}
	sounds, _ := ownSpeech(t)
	for name, args := range map[string][]string{
		"concat":      {"emoji10", "--epochs", "1", "--batch-size", "256", "--workers", "1"},
		"gated":       {"emoji10", "--model", "gated", "--text", "tags", "--epochs", "1", "--batch-size", "256"},
		"fashion":     {"fashion-mnist", "--epochs", "1", "--batch-size", "1000", "--workers", "1"},
		"retrieval":   {"retrieval", "--epochs", "2", "--batch-size", "128", "--workers", "1"},
		"focus":       {"dialogue", "--question", "dialogue", "--scenes", "500", "--epochs", "2", "--batch-size", "10"},
		"mlp":         {"dialogue", "--model", "mlp", "--scenes", "900", "--epochs", "2", "--batch-size", "10", "--workers", "2"},
		"speech":      {"speech", "--epochs", "1", "--batch-size", "32"},
		"table":       {"table", "--data", ownData(t, 60), "--image-size", "16", "--epochs", "4", "--modality-dropout", "0.2"},
		"captions":    {"captions", "--data", ownCaptions(t), "--image-size", "8", "--epochs", "12", "--batch-size", "8", "--lr", "0.01"},
		"transcripts": {"transcripts", "--data", sounds, "--epochs", "3", "--batch-size", "4"},
	} {
		all[name] = args
	}
	return all
}

// A run that is killed outright, again and again at random moments, and resumed each time, leaves the same model as one that
// nobody disturbed, to the last bit, and the same curves.
func TestKilledRunsGoOn(t *testing.T) {
	for name, args := range resumed(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			whole := filepath.Join(dir, "whole")
			begin := append([]string{"train"}, args...)
			require.Empty(t, killedAt(t, whole, time.Hour, append(slices.Clone(begin), "--out", whole, "--save-every", "1ms")...))
			info, err := os.Stat(filepath.Join(whole, runFileName)) // is written before the first step
			require.NoError(t, err)
			takes := time.Since(info.ModTime())
			want := contents(t, whole)
			var at []string
			times := min(kills.Times(2), 20)
			for n := 0; len(at) < times; n++ {
				require.Less(t, n, 20*times, "of %d runs %v were killed", n, at)
				out := filepath.Join(dir, fmt.Sprint("killed-", n))
				moment := time.Duration(rand.Int64N(int64(takes)))
				killed := killedAt(t, out, moment, append(slices.Clone(begin), "--out", out, "--save-every", "1ms")...)
				for killed != "" { // and once more, if there is time
					at = append(at, killed)
					killed = killedAt(t, out, time.Duration(rand.Int64N(int64(takes))), "train", "--resume", out)
				}
				require.Equal(t, want, contents(t, out), "killed after %v", at)
				requireWholeCurve(t, out)
				require.NoError(t, os.RemoveAll(out))
			}
			t.Logf("%s: %d kills, after step %s", strings.Join(begin, " "), len(at), strings.Join(at, ", "))
		})
	}
}

// killedAt begins the command, waits until it has saved a state, and so long, and kills it. It says after which step that was; ""
// where the command was done before. One that was killed before its first state begins again.
func killedAt(t *testing.T, out string, moment time.Duration, args ...string) (step string) {
	path := filepath.Join(out, stateName)
	before, _ := os.Stat(path)
	cmd := command(args...)
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	wait := func(d time.Duration) bool {
		select {
		case <-ended:
			return false
		case <-time.After(d):
			return true
		}
	}
	for wait(time.Millisecond) {
		if now, err := os.Stat(path); err == nil && !os.SameFile(before, now) {
			break
		}
	}
	if wait(moment) {
		_ = cmd.Process.Kill()
		<-ended
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
		require.Zero(t, status.ExitStatus(), said.String())
		return ""
	}
	state, _, damaged, err := trainer.LoadLatestState(path)
	require.NoError(t, err)
	require.NoError(t, damaged)
	place, err := trainer.PlaceOf(state)
	require.NoError(t, err)
	return fmt.Sprint(place.Step)
}

// contents are the files of a run that are the same for each such run.
func contents(t *testing.T, out string) map[string]string {
	found := map[string]string{}
	for _, name := range []string{checkpointName, curvesName} {
		content, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		found[name] = string(content)
	}
	return found
}

// requireWholeCurve requires TensorBoard's curve of the losses to have each step once, by the rule that it has for runs that go on.
func requireWholeCurve(t *testing.T, out string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(out, "events.out.tfevents.*"))
	require.NoError(t, err)
	slices.Sort(files)
	var steps []int64
	began := false
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		for e, err := range tensorboard.Read(f) {
			if err != nil { // the end of a file whose writer was killed
				break
			}
			if e.Session == tensorboard.SessionStart {
				if began {
					steps = slices.DeleteFunc(steps, func(s int64) bool { return s >= e.Step })
				}
				began = true
			}
			for _, v := range e.Values {
				if v.Tag == "loss/step" {
					steps = append(steps, e.Step)
				}
			}
		}
		f.Close()
	}
	for i, s := range steps {
		require.Equal(t, int64(i+1), s)
	}
	require.NotEmpty(t, steps)
}

// interrupted begins a run in a folder, waits for a line, and ends it by SIGTERM: one in another folder, where a busy machine let it
// be done before that.
func interrupted(t *testing.T, line string, args func(out string) []string) (out, said string) {
	t.Helper()
	for range 10 {
		out = filepath.Join(t.TempDir(), "run")
		r := start(t, args(out)...)
		r.waitFor(t, line)
		r.signal(t, syscall.SIGTERM)
		said, status := r.end()
		if status.ExitStatus() != 0 {
			require.Equal(t, 143, status.ExitStatus(), said)
			return out, said
		}
	}
	require.Fail(t, "it is never interrupted")
	return "", ""
}

// A run that is interrupted by a signal goes on, and what does not fit is named.
func TestResume(t *testing.T) {
	t.Parallel()
	args := func(out string) []string {
		return []string{"train", "--model", "text", "--epochs", "3", "--batch-size", "64", "--out", out}
	}
	out, said := interrupted(t, "epoch 1/3: loss", args)
	require.Contains(t, said, "multitorch train --resume "+out+" goes on after step ")

	for want, args := range map[string][]string{
		"--batch-size was 64, and is 32; --lr was 0.001, and is 0.1": {"--batch-size", "32", "--lr", "0.1"},
		"--text was label, and is tags":                              {"--text", "tags"},
		"one of the task emoji10, not of speech":                     {"speech"},
		"--epochs: the run has 3, and can't have fewer":              {"--epochs", "2"},
		"--out, --resume: a run goes on in its own folder":           {"--out", out},
	} {
		if args[0] == "speech" {
			refused("train", "speech", "--resume", out).requireError(t, failed, want)
			continue
		}
		refused(append([]string{"train", "--resume", out}, args...)...).requireError(t, failed, want)
	}
	refused(args(out)...).requireError(t, failed, "there is a run already", "multitorch train --resume "+out)
	refused("train", "--resume", filepath.Join(out, "none")).requireError(t, failed, "--resume", "holds no state of a run")
	refused("train", "--resume", filepath.Join(out, stateName)).requireError(t, failed, "--resume", "is no folder")

	// A damaged state is passed over, loudly.
	path := filepath.Join(out, stateName)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content[:len(content)/2], 0o644))
	o := multitorch("train", "--resume", out, "--batch-size", "64", "--workers", "1").requireOK(t)
	require.Contains(t, o.stderr, "WARNING: ")
	require.Contains(t, o.stderr, filepath.Base(trainer.PreviousState(path)))
	whole := filepath.Join(t.TempDir(), "whole")
	multitorch(args(whole)...).requireOK(t)
	require.Equal(t, contents(t, whole), contents(t, out))

	// Done, it only says so again; and it can have more epochs.
	require.Equal(t, contents(t, whole), contents(t, out))
	again := multitorch("train", "--resume", out).requireOK(t)
	require.Equal(t, summary.FindString(o.stdout), summary.FindString(again.stdout))
	multitorch("train", "--resume", out, "--epochs", "4").requireOK(t)
	for _, damage := range []string{"", "{}", "not a file"} {
		require.NoError(t, os.WriteFile(path, []byte(damage), 0o644))
		refused("train", "--resume", out).requireError(t, failed, "--resume", path)
	}
}

// The configuration in the folder says what was run: with the epochs that --resume was given, and without what a person wrote into it.
func TestResumeKeepsTheConfigurationTrue(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "run")
	multitorch(train(out, "--model", "text", "--threads", "1", "--save-errors", "stop")...).requireOK(t)
	path := filepath.Join(out, runFileName)
	began, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(began), "batch-size: 256", "batch-size: 7\nfoo: bar", 1)), 0o644))
	o := multitorch("train", "--resume", out, "--epochs", "2", "--workers", "1").requireOK(t)
	require.Contains(t, o.stderr, runFileName+", line ")
	require.Contains(t, o.stderr, "batch-size is 7, and was 256: a run goes on by the settings of its state")
	require.Contains(t, o.stderr, "foo is bar, and was not there")
	require.NotContains(t, o.stderr, "note: threads")
	want := strings.NewReplacer("\nepochs: 1\n", "\nepochs: 2\n", "\nworkers: 0\n", "\nworkers: 1\n").Replace(string(began))
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(now))

	require.NoError(t, os.Remove(path)) // the state has it
	multitorch("train", "--resume", out).requireOK(t)
	now, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(now))
}
