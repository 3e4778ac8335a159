package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The files that results writes are looked at before the first model is trained.
func TestResultsLooksAtItsFilesFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	zero := filepath.Join(dir, "zero")
	require.NoError(t, os.Symlink("/dev/zero", zero))
	for _, c := range []struct{ write, readme, want string }{
		{zero, "", "a device"},
		{dir, "", "a folder"},
		{file("text", "text"), "", "expected the rows of an earlier"},
		{file("long", strings.Repeat(" ", 1<<20+1)), "", "longer than 1048576 bytes"},
		{file("rows", "[]"), file("page", "no table"), "expected the marks"},
		{file("rows", "[]"), zero, "a device"},
		{"", file("page", "no table"), "--readme needs --write"},
	} {
		args := []string{"results", "--data-dir", filepath.Join(dir, "none"), "--write", c.write, "--readme", c.readme}
		if c.write == "" {
			args = slices.Delete(args, 3, 5)
		}
		if c.readme == "" {
			args = args[:len(args)-2]
		}
		refused(args...).requireError(t, failed, c.want)
	}
}

// What is said twice is an error, since only the last would count.
func TestFlagsAreGivenOnce(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"train dialogue --epochs 1 --epochs=2":               "--epochs is given twice",
		"train dialogue --set lr=1 --set lr=2":               "--set lr: it is given a second time",
		"train dialogue --set lr=1 --lr 2":                   "--lr is given, and --set lr too",
		"train table --kind a=text --kind=b=text --kind a=b": "--kind a is given twice",
		"train table --set kind.a=text --kind b=text":        "--kind is given, and --set kind.a too",
		"predict --set a=1 --set a=1":                        "--set a is given twice",
		"launch -n 2 --ranks 3 -- true":                      "--ranks is given twice",
		"results dialogue --seeds 1,2 --seeds 1":             `--seeds: "1" is given twice`,
		"classify --model m --labels cat,cat a.png":          `--labels: "cat" is given twice`,
	} {
		requireMisuse(t, strings.Fields(line), want)
	}
	for _, line := range []string{
		"launch -n 2 -- true -n 2 -n 2", "train table --data d.csv --kind a;b=text --kind c=text", "results dialogue --seeds 1 --seeds 2",
	} {
		_, err := parsed(strings.Fields(line)...)
		require.NoError(t, err, line)
	}
}

// requireMisuse requires an error of the command line itself, in this process.
func requireMisuse(t testing.TB, args []string, want ...string) {
	t.Helper()
	_, err := parsed(args...)
	require.Error(t, err, args)
	for _, w := range want {
		require.ErrorContains(t, err, w, args)
	}
}

// parsed is what a command line gives before anything is done: help, or an error.
func parsed(args ...string) (help string, err error) {
	var b strings.Builder
	_, err = parse(args, &b, nil, func(int) {})
	return b.String(), err
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"":                {"train", "eval", "predict", "results", "data", "doctor"},
		"train":           {"emoji10", "table", "captions", "transcripts"},
		"train table":     {"--data=FILE", "--target=COLUMN", "--kind=COLUMN=KIND", "low-rank", "--skip-bad"},
		"train emoji10":   {`--model="concat"`, "--epochs=12", "--batch-size=32", "--lr=0.001", "--weight-decay=0.00001", "--seed=0", "default: cuda if available, else cpu", "runs/TASK-MODEL-seedN"},
		"eval":            {"--ensemble", "<checkpoints> ..."},
		"predict":         {"--top=3", "emoji10-concat-seed0/checkpoint.safetensors", "--image=FILE"},
		"results emoji10": {"--seeds=0,1,2"},
		"data":            {"list", "get", "check", "show"},
		"data emoji10":    {"--data-dir=DIR", "$MULTITORCH_DATA"},
		"data get":        {"--data-dir=DIR", "$MULTITORCH_DATA"},
		"data check":      {"<name>", "--all"},
		"data show":       {"--out=FILE", "--samples=40", "--class=NAME"},
		"doctor":          {"libtorch"},
	} {
		help, _ := parsed(strings.Fields(command + " --help")...)
		for _, w := range want {
			require.Contains(t, help, w)
		}
		for line := range strings.Lines(help) {
			require.LessOrEqual(t, len([]rune(line)), 100, "%q", line)
		}
	}
	o := multitorch("--help").requireOK(t)
	require.Empty(t, o.stderr)
	require.Equal(t, o, multitorch())
}

// What is wrong with the command line itself is said before anything is done.
func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for args, want := range map[string][]string{
		"bogus":                             {"unexpected argument bogus", "multitorch --help"},
		"train --bogus":                     {"unknown flag --bogus", "multitorch train --help"},
		"train extra":                       {"unexpected argument extra"},
		"train --model audio":               {"--model", `"image","text","concat","joint"`, `"audio"`},
		"train --model=":                    {"--model", `""`},
		"train --text words":                {"--text", `"label","tags"`, `"words"`},
		"train --epochs 0":                  {"--epochs: expected at least 1, but got 0"},
		"train --epochs many":               {"--epochs", `"many"`},
		"train --epochs=-3":                 {"--epochs: expected at least 1, but got -3"},
		"train --epochs":                    {"--epochs"},
		"train --batch-size 0":              {"--batch-size: expected at least 1, but got 0"},
		"train --batch-size=-1":             {"--batch-size: expected at least 1, but got -1"},
		"train --batch-size 1e99":           {"--batch-size", `"1e99"`},
		"train --workers=-1":                {"--workers: expected at least 0, but got -1"},
		"train --lr=-0.1":                   {"--lr: expected a number of at least 0, but got -0.1"},
		"train --lr -0.1":                   {"--lr"},
		"train --lr NaN":                    {"--lr", "NaN"},
		"train --lr Inf":                    {"--lr", "+Inf"},
		"train --weight-decay NaN":          {"--weight-decay", "NaN"},
		"train --seed 99999999999999999999": {"--seed"},
		"train --threads=-1":                {"--threads: expected 1 to 1024, but got -1"},
		"train --threads 1000000":           {"--threads: expected 1 to 1024, but got 1000000"},
		"train --device gpu":                {"--device", `"gpu"`, "expected cpu, cuda or cuda:N"},
		"train --device cuda:-1":            {"--device", `"cuda:-1"`},
		"eval":                              {"<checkpoints>", "multitorch eval --help"},
		"eval --device tpu x":               {"--device", `"tpu"`},
		"predict --top 0":                   {"--top: expected at least 1, but got 0"},
		"data check":                        {"<name>", "multitorch data check --help"},
		"data show emoji10 --samples 0":     {"--samples: expected 1 to 1000, but got 0"},
		"data show emoji10 --size 9999":     {"--size: expected 16 to 1024, but got 9999"},
		"results --seeds=":                  {"--seeds: expected at least one number"},
		"results --seeds=1,x":               {"--seeds", "x"},
		"results --epochs 0":                {"--epochs: expected at least 1, but got 0"},
	} {
		requireMisuse(t, strings.Fields(args), want...)
	}
	cmd := command("train", "--model", "\x1b[31m")
	cmd.Dir = t.TempDir()
	o := finish(cmd)
	o.requireError(t, misused, `\x1b[31m`, "multitorch train emoji10 --help says what there is.")
	require.Empty(t, o.stdout)
	require.Empty(t, files(t, cmd.Dir), "nothing was written")
}

// A device that is not there is refused when it is asked for by name; without a
// name the command falls back to the CPU.
func TestDevice(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "run")
	refused(train(out, "--device", "cuda:99")...).requireError(t, failed, "--device", "cuda:99", "leave --device out")
	require.Empty(t, files(t, out))
	refused("eval", "--device", "cuda:99", checkpointOf(t, "text")).requireError(t, failed, "--device")
	multitorch("eval", "--device", "cpu", "--threads", "1", checkpointOf(t, "text")).requireOK(t)
}

func TestNegativeNumbers(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"finetune d.csv --out tuned --layers -1", "train speech --seed -7", "generate m --repetition-penalty -1e-3"} {
		_, err := parsed(strings.Fields(line)...)
		require.NoError(t, err, line)
	}
	requireMisuse(t, strings.Fields("finetune d.csv --out tuned --layers -x"), `expected int value but got "-x"`)
}
