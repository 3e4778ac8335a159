package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
	"multitorch/internal/leak"
	"multitorch/torch"
)

// packages are the files that the data is made of.
var packages = []string{"emoji-datasource-google-16.0.0.tgz", "emoji-datasource-twitter-16.0.0.tgz", "emojibase-data-17.0.0.tgz"}

// dataFolder is a folder of data with links to some of the real files.
func dataFolder(t testing.TB, names ...string) string {
	real, err := emoji10.Dir("")
	require.NoError(t, err)
	if len(names) > 0 { // see that they are there
		_, err := emoji10.Open(t.Context(), "", nil)
		require.NoError(t, err)
	}
	dir := filepath.Join(t.TempDir(), "emoji10")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, name := range names {
		require.NoError(t, os.Symlink(filepath.Join(real, name), filepath.Join(dir, name)))
	}
	return dir
}

// Without the data, and with npm out of reach, nothing is trained and nothing is left.
func TestDataThatIsMissingOrDamaged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		links  []string
		damage map[string]string // more files, and what is in them
		want   []string
	}{
		"nothing there":         {nil, nil, []string{"no npm on PATH", "npm pack emoji-datasource-google@16.0.0"}},
		"a package is missing":  {packages[:2], nil, []string{"no npm on PATH", "npm pack emojibase-data@17.0.0"}},
		"a package is cut":      {packages[1:], map[string]string{packages[0]: "cut"}, []string{packages[0], "expected 74344091 bytes, found 3", "delete it and fetch again"}},
		"prepared data is cut":  {[]string{"emoji10.json"}, map[string]string{"emoji10.u8": "cut"}, []string{"no npm on PATH"}},
		"prepared data is lost": {[]string{"emoji10.u8"}, nil, []string{"no npm on PATH"}},
		"no prepared data":      {[]string{"emoji10.u8"}, map[string]string{"emoji10.json": "{}"}, []string{"no npm on PATH"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := dataFolder(t, c.links...)
			for file, content := range c.damage {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644))
			}
			before := files(t, dir)
			cmd := command("train")
			cmd.Dir = t.TempDir()
			cmd.Env = append(cmd.Env, emoji10.DirVariable+"="+filepath.Dir(dir), "PATH="+t.TempDir())
			finish(cmd).requireError(t, failed, c.want...)
			require.Empty(t, files(t, cmd.Dir))
			require.Equal(t, before, files(t, dir))
		})
	}
}

// Prepared files that were damaged are made anew from the packages.
func TestDataIsPreparedAgain(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t, packages...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "emoji10.json"), []byte("damaged"), 0o644))
	o := multitorch("data", "--data-dir", dir).requireOK(t)
	require.Contains(t, o.stderr, "emoji10.json is damaged")
	require.Contains(t, o.stderr, "prepared 1906 emoji")
	require.Empty(t, multitorch("data", "--data-dir", dir).requireOK(t).stderr)
}

func TestOutThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o644))
	refused(train(file, "--model", "text")...).requireError(t, failed, "--out", file, "not a directory")
	refused(train("/proc/no/such", "--model", "text")...).requireError(t, failed, "--out", "/proc/no")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "mine", string(content))

	taken := filepath.Join(dir, "taken") // the checkpoint's name is
	require.NoError(t, os.MkdirAll(filepath.Join(taken, checkpointName), 0o755))
	refused(train(taken, "--model", "text")...).requireError(t, failed, "--out", checkpointName, "there is a run already")
	require.Len(t, files(t, taken), 1)
}

// A file that may not grow stands for a full disk: that the checkpoint has no room is found out before the first step.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	info, err := os.Stat(checkpointOf(t, "text"))
	require.NoError(t, err)
	require.Greater(t, info.Size(), int64(550_000))

	cmd := command(train(out, "--model", "text", "--seed", "7")...)
	cmd.Args = append([]string{"sh", "-c", `ulimit -f 500; exec "$@"`, "sh"}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
	cmd.Path, err = exec.LookPath("sh")
	require.NoError(t, err)
	o := finish(cmd)
	o.requireError(t, failed, out, "file too large", "this run saved no model")
	require.NotContains(t, o.stderr, "step 1/")
	names := files(t, out)
	require.NotContains(t, names, checkpointName)
	require.NotContains(t, names, stateName)
}

// A result that could not be written is no success, whatever the command.
func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for _, args := range [][]string{
		{"--help"},
		{"train", "--help"},
		{},
		{"doctor"},
		{"data"},
		{"eval", checkpointOf(t, "text")},
		{"predict", "--checkpoint", checkpointOf(t, "text"), "--text", "a"},
		train(filepath.Join(t.TempDir(), "run"), "--model", "text"),
		{"results", "--seeds", "0", "--epochs", "1", "--models", "text"},
	} {
		cmd := command(args...)
		cmd.Stdout = full
		stderr, err := cmd.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		said, err := io.ReadAll(stderr)
		require.NoError(t, err)
		_ = cmd.Wait()
		require.Equal(t, failed, cmd.ProcessState.ExitCode(), "%v: %s", args, said)
		require.Contains(t, string(said), "multitorch: the output could not be written: ", "%v", args)
		require.Contains(t, string(said), "no space left on device", "%v", args)
	}
}

// A folder that isn't there is a mistyped name: nothing is made, and nothing fetched into it.
func TestDataFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "typo")
	refused("eval", "--data-dir", dir, checkpointOf(t, "text")).
		requireError(t, failed, dir, "multitorch data emoji10 --data-dir "+dir+" gets the data")
	for _, args := range [][]string{train(t.TempDir(), "--data-dir", dir), {"results", "--data-dir", dir}} {
		refused(args...).requireError(t, failed, "--data-dir: there is no folder "+dir, "multitorch data emoji10 --data-dir "+dir)
	}
	require.NoDirExists(t, dir)
}

// A model with a weight that is no number is not measured and predicts nothing.
func TestWeightsThatAreNotFinite(t *testing.T) {
	t.Parallel()
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		path := edit(t, nil, func(state []torch.NamedTensor) []torch.NamedTensor {
			for _, s := range state {
				if s.Name == "head.weight" {
					s.Tensor.Index(0, 1).FillInplace(bad)
				}
			}
			return state
		})
		want := []string{path, "head.weight: 1 of its 640 numbers are NaN or infinite"}
		refused("eval", path).requireError(t, failed, want...)
		o := multitorch("predict", "--checkpoint", path, "--text", "a")
		o.requireError(t, failed, want...)
		require.Empty(t, o.stdout)
	}
	// Numbers so large that what is computed from them is not finite.
	path := edit(t, nil, func(state []torch.NamedTensor) []torch.NamedTensor {
		for _, s := range state {
			if s.Name == "head.weight" || s.Name == "head.bias" {
				s.Tensor.FillInplace(3e38)
			}
		}
		return state
	})
	o := multitorch("predict", "--checkpoint", path, "--text", "a")
	o.requireError(t, failed, "NaN or infinite")
	require.Empty(t, o.stdout)
	refused("eval", path).requireError(t, failed, path, "NaN")
}

// edit makes a checkpoint of the text model with another description or state.
func edit(t testing.TB, describe func(map[string]any), change func([]torch.NamedTensor) []torch.NamedTensor) string {
	t.Helper()
	state, metadata, err := torch.LoadSafetensors(checkpointOf(t, "text"))
	require.NoError(t, err)
	if describe != nil {
		about := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(metadata["multitorch"]), &about))
		describe(about)
		text, err := json.Marshal(about)
		require.NoError(t, err)
		metadata["multitorch"] = string(text)
	}
	if change != nil {
		state = change(state)
	}
	delete(metadata, "multitorch.sha256") // what another program writes has none
	path := filepath.Join(t.TempDir(), "edited.safetensors")
	require.NoError(t, torch.SaveSafetensors(path, state, metadata))
	return path
}

// It counts tensors, so it runs beside no other test.
func TestCheckpointsThatDoNotFit(t *testing.T) {
	words := func(n int) []string {
		list := []string{"<pad>", "<unk>"}
		for i := range n - 2 {
			list = append(list, fmt.Sprint("w", i))
		}
		return list
	}
	set := func(key string, value any) string {
		return edit(t, func(about map[string]any) { about["options"].(map[string]any)[key] = value }, nil)
	}
	top := func(key string, value any) string {
		return edit(t, func(about map[string]any) { about[key] = value }, nil)
	}
	for name, c := range map[string]struct {
		path string
		want []string
	}{
		"an unknown task":       {top("task", "chess"), []string{`the task "chess"`, "emoji10"}},
		"no task":               {top("task", nil), []string{`the task ""`}},
		"no options":            {top("options", nil), []string{"names the model"}},
		"options of no object":  {top("options", 3), []string{"can't be read"}},
		"an unknown model":      {set("model", "audio"), []string{`"audio"`, "[image text concat joint uncertainty"}},
		"no model":              {set("model", nil), []string{`the model ""`}},
		"a model of this kind":  {set("model", "image"), []string{"missing keys: image.conv1.weight", "unexpected keys: ", "text.embedding.weight"}},
		"no classes":            {set("classes", nil), []string{"0 classes"}},
		"very many classes":     {set("classes", words(1_000_000)), []string{"1000000 classes"}},
		"other classes":         {set("classes", words(10)), []string{"10 classes", "Smileys & Emotion"}},
		"classes of no strings": {set("classes", 1e12), []string{"can't be read"}},
		"no vocabulary":         {set("vocabulary", nil), []string{"no vocabulary"}},
		"an empty vocabulary":   {set("vocabulary", []string{}), []string{"can't be read", "expected a vocabulary that begins with"}},
		"a small vocabulary":    {set("vocabulary", words(5)), []string{"text.embedding.weight: expected [5, 100], but got"}},
		"a huge vocabulary":     {set("vocabulary", words(200_000)), []string{"200000 words: expected at most 100000"}},
		"an unknown text":       {set("text", "poem"), []string{`"poem"`, `["label" "tags"]`}},
		"a seed of no number":   {set("split_seed", "one"), []string{"can't be read"}},
		"keys that do not fit": {edit(t, nil, func(state []torch.NamedTensor) []torch.NamedTensor {
			for i, s := range state {
				switch s.Name {
				case "head.weight":
					state[i].Tensor = torch.Zeros(torch.Shape{12, 64})
				case "head.bias":
					state[i].Name = "tail.bias"
				}
			}
			return state
		}), []string{"missing keys: head.bias", "unexpected keys: tail.bias", "head.weight: expected [10, 64], but got [12, 64]"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := leak.CollectorOff(t)
			model, err := loadModel(c.path, torch.CPU)
			require.Nil(t, model)
			for _, w := range append(c.want, c.path, "multitorch train makes a new one") {
				require.ErrorContains(t, err, w)
			}
			require.Less(t, len(err.Error()), 1000)
			require.Less(t, torch.LiveTensors(), before+20, "the file's tensors are freed")
		})
	}
	model, err := loadModel(set("split_seed", -5), torch.CPU)
	require.NoError(t, err)
	require.NotNil(t, model)
}

func TestFilesThatAreNoCheckpoints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole, err := os.ReadFile(checkpointOf(t, "text"))
	require.NoError(t, err)
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o644))
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"):     "there is no such file; multitorch train makes one",
		dir:                               "no regular file",
		file("empty", nil):                "multitorch train makes a new one",
		file("cut", whole[:len(whole)/2]): "multitorch train makes a new one",
		file("text", []byte(strings.Repeat("text ", 99))): "multitorch train makes a new one",
	} {
		refused("eval", checkpointOf(t, "text"), path).requireError(t, failed, path, want)
		refused("predict", "--checkpoint", path, "--text", "a").requireError(t, failed, path, want)
	}
}

// Whatever a description says, loading is an error or gives a model that works.
func FuzzDescription(f *testing.F) {
	state, metadata, err := torch.LoadSafetensors(checkpointOf(f, "image"))
	require.NoError(f, err)
	f.Add(metadata["multitorch"])
	f.Add(`{"task":"emoji10","options":{"model":"image","classes":[],"vocabulary":["<pad>","<unk>"]}}`)
	f.Add(`{"task":"emoji10","options":{"vocabulary":["<pad>","<unk>",""],"classes":null,"model":{}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "c")
		if torch.SaveSafetensors(path, state, map[string]string{"multitorch": text}) != nil {
			return // no UTF-8
		}
		s, err := loadModel(path, torch.CPU)
		if err != nil {
			require.ErrorContains(t, err, path)
			require.Nil(t, s)
			return
		}
		if task, ok := s.task.(*emojiTask); ok {
			require.Equal(t, emoji10.Classes(), task.Classes)
			require.True(t, task.Model.UsesImage())
		}
	})
}
