package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	datatable "multitorch/datasets/table"
	"multitorch/multimodal/image"
)

// ownData is what a user has: a folder of pictures, and a CSV file of questions about them and the answers. Half of the
// pictures are red, half are blue.
func ownData(t testing.TB, pictures int, more ...[]string) (path string) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "pictures"), 0o755))
	var rows [][]string
	for i := range pictures {
		name := fmt.Sprintf("pictures/%d.png", i)
		colour, other := []string{"red", "blue"}[i%2], []string{"blue", "red"}[i%2]
		rgb := [][]uint8{{230, 20, uint8(i)}, {10, 30, 220}}[i%2]
		require.NoError(t, image.Uniform(12+i%5, 12, rgb...).Save(filepath.Join(dir, name)))
		rows = append(rows, []string{name, "what colour is it?", colour},
			[]string{name, "is it " + colour + "?", "yes"}, []string{name, "is it " + other + "?", "no"})
	}
	path = filepath.Join(dir, "questions.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, datatable.WriteCSV(f, []string{"picture", "question", "answer"}, append(rows, more...)))
	require.NoError(t, f.Close())
	return path
}

// One user's path, without a line of Go: train, eval, predict and chat on a CSV of questions about pictures.
func TestAUsersPath(t *testing.T) {
	t.Parallel()
	path := ownData(t, 60)
	out := filepath.Join(t.TempDir(), "run")
	checkpoint := filepath.Join(out, checkpointName)
	multitorch("data", "check", path).requireOK(t)

	o := multitorch("train", "table", "--data", path, "--out", out, "--image-size", "16", "--fusion", "product",
		"--epochs", "16", "--lr", "0.005").requireOK(t)
	for _, line := range []string{
		"picture          image    180 of 180 cells end as pictures do",
		"question         text", "answer           category the target, 4 classes", "rows with the same picture stay on one side",
	} {
		require.Contains(t, o.stderr, line)
	}
	require.Contains(t, o.stdout, "144 training and 36 test rows")
	require.Subset(t, files(t, out), runFiles)

	o = multitorch("eval", checkpoint).requireOK(t)
	require.Contains(t, o.stdout, "144 training and 36 test rows")
	require.Contains(t, o.stdout, "accuracy 100.0 %")
	noise := filepath.Join(t.TempDir(), "noise.png")
	o = multitorch("eval", "--ablation", "--robustness", noise, checkpoint).requireOK(t)
	require.Regexp(t, `(?m)^with all         accuracy 100\.0 %\nwithout picture  accuracy [1-7]\d\.\d %\nwithout question accuracy [1-7]\d\.\d %$`, o.stdout)
	require.Regexp(t, `(?m)^noise in picture     0\.0: 100\.0 %  0\.1: .*\nnoise in question    0\.0: 100\.0 %  0\.1: .*$`, o.stdout)
	require.FileExists(t, noise)
	other := ownData(t, 4)
	o = multitorch("eval", "--data", other, checkpoint).requireOK(t)
	require.Contains(t, o.stdout, "12 rows of "+other)

	red := filepath.Join(filepath.Dir(other), "pictures", "0.png")
	url, _ := startServer(t, checkpoint)
	status, body := send(t, url+"/v1/classify", "picture", "@"+red, "question", "what colour is it?")
	require.Equal(t, 200, status, body)
	require.Contains(t, body, `{"answers":[{"answer":"red",`)
	_, body = send(t, url+"/v1/classify")
	require.Contains(t, body, "expected some of them")
	require.NotContains(t, body, "--")
	for _, args := range [][]string{
		{"--image", red, "--text", "what colour is it?"},
		{"--set", "picture=" + red, "--set", "question=what colour is it?"},
	} {
		o = multitorch(append([]string{"predict", "--checkpoint", checkpoint}, args...)...).requireOK(t)
		require.True(t, strings.HasPrefix(o.stdout, "red "), o.stdout)
	}
	o = multitorch("predict", "--checkpoint", checkpoint, "--data", other).requireOK(t)
	lines := strings.Split(o.stdout, "\n")
	require.Equal(t, "picture,question,answer,prediction,probability", lines[0])
	require.Len(t, lines, 14)
	require.True(t, strings.HasPrefix(lines[1], "pictures/0.png,what colour is it?,red,red,"), lines[1])
	predictions := filepath.Join(t.TempDir(), "predictions.csv")
	multitorch("predict", "--checkpoint", checkpoint, "--data", other, "--out", predictions).requireOK(t)
	written, err := os.ReadFile(predictions)
	require.NoError(t, err)
	require.Equal(t, o.stdout, string(written))

	chat := command("chat", "--checkpoint", checkpoint, "--image", red)
	chat.Stdin = strings.NewReader("What colour is it?\nIs it blue?\nzzz\nIs it mauve?\nquit\n")
	o = finish(chat).requireOK(t)
	lines = strings.Split(o.stdout, "\n")
	require.Contains(t, lines[0], "red")
	require.Contains(t, lines[1], "no")
	require.Contains(t, lines[2], "none of these words is known")
	require.NotContains(t, lines[1], "known")
	require.Contains(t, lines[3], `; not known to me: ["mauve"]`)
}

// What is wrong with a table is said before anything is trained or written.
func TestTablesThatAreWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "run")
	bad := ownData(t, 12, []string{"pictures/none.png", "what?", "red"}, []string{"pictures/0.png", "what?", ""})
	misspelt, many := filepath.Join(dir, "misspelt.csv"), filepath.Join(dir, "many.csv")
	require.NoError(t, os.WriteFile(misspelt, []byte("a,split,label\n"+strings.Repeat("1,train,x\n2,tain,y\n3,test,x\n", 12)), 0o644))
	require.NoError(t, os.WriteFile(many, []byte("a,b,c,d,label\n"+strings.Repeat("a x,b x,c x,d x,x\na y,b y,c y,d y,y\n", 8)), 0o644))
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"--data: expected a table of yours"}},
		{[]string{"--data", filepath.Join(dir, "none.csv")}, []string{"none.csv", "no such file"}},
		{[]string{"--data", bad}, []string{
			"2 of 38 rows can't be used", "questions.csv, line 38: column \"picture\"", "line 39: column \"answer\" is empty", "--skip-bad",
		}},
		{[]string{"--data", bad, "--target", "colour"}, []string{`there is no column "colour" to learn (--target)`, "picture", "answer"}},
		{[]string{"--data", bad, "--kind", "answer=number"}, []string{`column "answer" is learned`, "can't be of kind number"}},
		{[]string{"--data", misspelt}, []string{"12 of 36 rows can't be used", `misspelt.csv, line 3: column "split" is "tain"`, "--skip-bad"}},
		{[]string{"--data", misspelt, "--skip-bad"}, []string{"1 different cells", "12 of 36 rows were left out, the first of them", "line 3"}},
		{
			[]string{"--data", many, "--fusion", "tensor", "--kind", "a=text", "--kind", "b=text", "--kind", "c=text", "--kind", "d=text"},
			[]string{"--fusion tensor: the features of 4 modalities", "--fusion low-rank"},
		},
	} {
		refused(append([]string{"train", "table", "--out", out}, c.args...)...).requireError(t, failed, c.want...)
		require.Empty(t, files(t, out))
	}
	for line, want := range map[string]string{
		"table --fusion glue": `--fusion: expected one of ["concat"`, "table --kind picture=film": `--kind picture: kind "film": expected one of`,
		"table --test -0.1": "--test: expected a share from 0", "table --test 1": "--test: ", "captions --test nan": "--test: ",
		"table --image-size 1": "--image-size: expected 8 to 1024, but got 1", "captions --image-size 0": "--image-size: ",
		"table --max-words 0": "--max-words: ", "table --sample-rate 1": "--sample-rate: ", "transcripts --max-seconds 0": "--max-seconds: ",
	} {
		requireMisuse(t, append([]string{"train"}, strings.Fields(line)...), want)
	}
	refused("train", "captions", "--data", bad, "--caption", "zzz").requireError(t, failed, `--caption: there is no column "zzz"`, "question")

	o := multitorch("train", "table", "--data", bad, "--out", out, "--skip-bad", "--epochs", "1", "--image-size", "8").requireOK(t)
	require.Contains(t, o.stdout, "2 bad rows were left out")
	require.Contains(t, o.stderr, "left out: "+bad+", line 38")
	checkpoint := filepath.Join(out, checkpointName)
	multitorch("eval", checkpoint).requireOK(t) // skips the same rows
	refused("eval", "--data", bad, checkpoint).requireError(t, failed, "2 of 38 rows can't be used")
	refused("predict", "--checkpoint", checkpoint, "--set", "colour=red").requireError(t, failed, `doesn't look at "colour"`, "picture")
	refused("predict", "--checkpoint", checkpoint, "--audio", "x.wav").requireError(t, failed, "--audio", "no column of kind audio")
	refused("predict", "--checkpoint", checkpoint).requireError(t, failed, "--set COLUMN=CELL")
	refused("predict", "--checkpoint", checkpointOf(t, "text"), "--data", bad).requireError(t, failed, "--data", "takes no table")
	refused("eval", "--data", bad, checkpointOf(t, "text")).requireError(t, failed, "--data", "takes no table")

	words := filepath.Join(dir, "words.csv")
	require.NoError(t, os.WriteFile(words, []byte("text,label\n"+strings.Repeat("a good old thing,x\na bad new thing,y\n", 8)), 0o644))
	multitorch("train", "table", "--data", words, "--kind", "text=text", "--epochs", "1", "--out", filepath.Join(dir, "words")).requireOK(t)
	refused("eval", "--ablation", filepath.Join(dir, "words", checkpointName)).
		requireError(t, failed, `looks at ["text_0"] alone, and so nothing can be left out`)

	require.NoError(t, os.WriteFile(bad, []byte("picture,question,answer\n"), 0o644))
	refused("eval", checkpoint).requireError(t, failed, "has changed since the model was trained on it", "--data")
	refused("data", "check", bad).requireError(t, failed, "problems: 1")
}
