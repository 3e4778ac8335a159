package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/sortofclevr"
)

// talk pipes lines into chat.
func talk(lines string, args ...string) outcome {
	cmd := command(append([]string{"chat"}, args...)...)
	cmd.Stdin = strings.NewReader(lines)
	return finish(cmd)
}

// One user's path: a model is trained, measured, asked once, and talked to about a picture.
func TestDialogue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	scene := filepath.Join(dir, "scene.png")
	made := multitorch("chat", "--make-scene", scene).requireOK(t)
	require.Contains(t, made.stdout, "multitorch chat --image "+scene)
	refused("chat", "--make-scene", scene).requireError(t, failed, "there is a file already, which is not overwritten")

	for _, c := range []struct{ model, input, question string }{
		{"mlp", "state", "bits"}, {"focus", "pixels", "english"}, {"film", "state", "dialogue"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			out := filepath.Join(dir, c.model)
			o := multitorch("train", "dialogue", "--model", c.model, "--input", c.input, "--question", c.question,
				"--scenes", "240", "--epochs", "1", "--batch-size", "10", "--out", out).requireOK(t)
			require.Contains(t, o.stdout,
				fmt.Sprintf("Sort-of-CLEVR: 40 training and 200 test scenes with 20 questions each (%s, %s)\n", c.input, c.question))
			figures := regexp.MustCompile(`accuracy    (.*)\nrelational  (.*)\nnot relational (.*)\nmacro-F1    (.*)\n`).
				FindStringSubmatch(o.stdout)
			require.NotNil(t, figures, o.stdout)

			path := filepath.Join(out, checkpointName)
			e := multitorch("eval", path).requireOK(t)
			require.Contains(t, e.stdout, fmt.Sprintf("accuracy %s, relational %s, not relational %s, macro-F1 %s",
				figures[1], figures[2], figures[3], figures[4]))
			require.Regexp(t, `  count +\d+\.\d % +\d+\n`, e.stdout)
			require.Regexp(t, `\nrelational +\d+\.\d % +2000\n`, e.stdout)

			p := multitorch("predict", "--checkpoint", path, "--image", scene, "--text", "how many have the shape of the red one?", "--top", "10").
				requireOK(t)
			require.Len(t, strings.Split(strings.TrimSpace(p.stdout), "\n"), 10)
			for _, a := range sortofclevr.Answers() {
				require.Contains(t, p.stdout, a+" ")
			}
			refused("predict", "--checkpoint", path, "--image", scene, "--text", "who are you").
				requireError(t, failed, `--text "who are you": the words ["who" "you"] are unknown`, "what shape is the red object?")
			refused("predict", "--checkpoint", path, "--image", scene).requireError(t, failed, "--text", "expected one, such as")
			refused("predict", "--checkpoint", path, "--text", "is it red").requireError(t, failed, "--image", "expected a file")

			said := talk("what shape is the red object?\nis it on the left?\n\nis it purple?\r\nquit\nmore\n", "--checkpoint", path, "--image", scene).
				requireOK(t)
			lines := strings.Split(said.stdout, "\n")
			require.Len(t, lines, 4, said.stdout)
			require.Contains(t, sortofclevr.Answers(), strings.Split(lines[0], ",")[0])
			require.Equal(t, `the word "purple" is unknown (ask, for instance: what shape is the red object? | is it on the left? | `+
				`is the green one on the right?)`, lines[2])
		})
	}

	refused("train", "dialogue", "--scenes", "200").requireError(t, failed, "200 scenes: expected 201 to 1000000")
	require.Contains(t, multitorch("data", "get", "sortofclevr").requireOK(t).stdout, "10000 samples")
	refused("train", "dialogue", "--data-dir", dir).requireError(t, failed, "--data-dir", "made by the program")
}

// stub answers with what it heard.
type stub struct{ heard []string }

func (s *stub) ask(question string) ([]guess, error) {
	s.heard = append(s.heard, question)
	return []guess{{"yes", 0.3 + 0.4*float64(len(s.heard)%2)}}, nil
}

func (*stub) examples() []string { return []string{"why?"} }

func TestChatReadsLines(t *testing.T) {
	kept := stdout
	defer func() { stdout = kept }()
	for _, c := range []struct {
		in     string
		prompt bool
		heard  []string
		want   string
	}{
		{"", false, nil, ""},
		{"a\nb", false, []string{"a", "b"}, "yes\nyes, but I am not sure (30 %)\n"},
		{"\n \n\r\na\r\n\n", false, []string{"a"}, "yes\n"},
		{"HELP\nExit\na\n", false, nil, "ask, for instance: why?\n"},
		{"help\nquit", true, nil, "Ask about the picture: \"why?\", say. \"help\" lists more, \"quit\" ends.\n> ask, for instance:\n  why?\n> "},
		{"a\n", true, []string{"a"}, "Ask about the picture: \"why?\", say. \"help\" lists more, \"quit\" ends.\n> yes\n> \n"},
		{
			strings.Repeat("x", 1000) + "\n" + strings.Repeat("y", 1001) + "\na\n", false,
			[]string{strings.Repeat("x", 1000), "a"},
			"yes\na question has at most 1000 characters\nyes, but I am not sure (30 %)\n",
		},
		{strings.Repeat("x", 100_000), false, nil, "a question has at most 1000 characters\n"},
	} {
		var out strings.Builder
		stdout = &output{w: &out}
		s := new(stub)
		require.NoError(t, chat(s, strings.NewReader(c.in), c.prompt))
		require.Equal(t, c.heard, s.heard)
		require.Equal(t, c.want, out.String())
	}
}

func TestChatThatCanNotBegin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, size int) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, image.NewNRGBA(image.Rect(0, 0, size, size))))
		require.NoError(t, f.Close())
		return path
	}
	text := filepath.Join(dir, "text.png")
	require.NoError(t, os.WriteFile(text, []byte("no picture"), 0o644))
	out := filepath.Join(dir, "run")
	multitorch("train", "dialogue", "--model", "mlp", "--scenes", "210", "--epochs", "1", "--out", out).requireOK(t)
	path := filepath.Join(out, checkpointName)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"--image: expected a picture to talk about", "multitorch chat --make-scene scene.png"}},
		{[]string{"--image", text, "--checkpoint", filepath.Join(dir, "none")}, []string{"there is no such file", `"multitorch train dialogue" trains`}},
		{[]string{"--image", text, "--checkpoint", path}, []string{"--image", "text.png", "expected an image (PNG"}},
		{[]string{"--image", dir, "--checkpoint", path}, []string{"--image", "a folder"}},
		{[]string{"--image", filepath.Join(dir, "none.png"), "--checkpoint", path}, []string{"none.png", "no such file"}},
		{[]string{"--image", write("large.png", 100), "--checkpoint", path}, []string{"75 x 75 pixels", "it has 100 x 100", "--make-scene"}},
		{[]string{"--image", write("white.png", 75), "--checkpoint", path}, []string{"white.png: there is no red rectangle or circle"}},
		{[]string{"--image", write("white2.png", 75), "--checkpoint", checkpointOf(t, "image")}, []string{"a model of Emoji-10 answers no questions"}},
	} {
		talk("is it?\n", c.args...).requireError(t, failed, c.want...)
	}
}
