package asterisk_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/asterisk"
)

func packed(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestTranscripts(t *testing.T) {
	texts, err := asterisk.ParseTranscripts(packed(t, "\ufeff; a comment\n\nagent-pass: Enter: now.\r\nbeep:[a tone]\n"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"agent-pass": "Enter: now.", "beep": "[a tone]"}, texts)
	for _, c := range []struct{ text, want string }{
		{"a: b\nno colon\n", `line 2: expected a name, a colon and a text, found "no colon"`},
		{"a: b\na: c\n", `line 2: there is another transcript of "a"`},
		{"a: \xff\n", "line 1 is not UTF-8"},
		{strings.Repeat("x: "+strings.Repeat("y", 60_000)+"\n", 1), ""},
		{strings.Repeat(";"+strings.Repeat("y", 60_000)+"\n", 20), "unpacks to more than 1048576 bytes"},
	} {
		_, err := asterisk.ParseTranscripts(packed(t, c.text))
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Speed-dial: it's on!":            "speed dial it's on",
		"  Please  enter the first ...  ": "please enter the first",
		"Échec à l’ouverture, s'il":       "échec à l'ouverture s'il",
		"#":                               "",
	} {
		require.Equal(t, want, asterisk.Words(text))
		require.Equal(t, want, asterisk.Words(asterisk.Words(text)))
	}
}

func FuzzTranscripts(f *testing.F) {
	f.Add([]byte("a: b\n; c\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		texts, err := asterisk.ParseTranscripts(packed(t, string(text)))
		require.True(t, err != nil || len(texts) <= len(text))
	})
}

func FuzzMember(f *testing.F) {
	f.Add([]byte("!<arch>\n" + fmt.Sprintf("%-48s%-10d`\n", "data.tar.xz", 3) + "abc\n"))
	f.Add([]byte("!<arch>\n" + fmt.Sprintf("%-48s%-10d`\n", "debian-binary", 1) + "2\n" + fmt.Sprintf("%-48s%-10d`\n", "data.tar.xz", 9)))
	f.Fuzz(func(t *testing.T, archive []byte) {
		content, err := asterisk.Member(archive, "data.tar.xz")
		require.True(t, err != nil || len(content) <= len(archive))
	})
}

// TestPackagesThatAreNone says which file is wrong, and leaves it alone.
func TestPackagesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	_, err := asterisk.Load(dir, asterisk.Options{})
	require.ErrorIs(t, err, asterisk.ErrNotFetched)
	_, err = asterisk.Load(dir, asterisk.Options{Language: "tlh"})
	require.ErrorContains(t, err, `the language "tlh": expected one of ["en" "es" "fr" "it" "ru"]`)
	path := filepath.Join(dir, "asterisk-core-sounds-fr_1.6.1-1_all.deb")
	require.NoError(t, os.WriteFile(path, make([]byte, 23_152), 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = asterisk.Open(ctx, dir, asterisk.Options{Language: "fr"}, nil)
	require.ErrorContains(t, err, path+" is damaged or another package")
	require.FileExists(t, path)
}

// clips are some with random short texts.
func clips(t *rapid.T) *asterisk.Data {
	words := rapid.SampledFrom([]string{"please", "enter", "the", "pound", "key", "agent"})
	d := &asterisk.Data{}
	for i := range rapid.IntRange(5, 40).Draw(t, "clips") {
		text := strings.Join(rapid.SliceOfN(words, 1, 6).Draw(t, "text"), " ")
		d.Clips = append(d.Clips, asterisk.Clip{Name: fmt.Sprintf("clip%02d", i), Text: text, Samples: make([]float32, 8000)})
	}
	return d
}

// TestSplit puts each clip on one side, a fifth at most on the test side, and always the same; a strict split lets no
// phrase recur.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := clips(t)
		o := asterisk.SplitOptions{Seed: rapid.Int64().Draw(t, "seed"), Strict: rapid.Bool().Draw(t, "strict")}
		s := d.Split(o)
		require.Equal(t, s, d.Split(o))
		names := map[string]bool{}
		for _, c := range append(append([]asterisk.Clip{}, s.Train...), s.Test...) {
			names[c.Name] = true
		}
		require.Len(t, names, len(d.Clips))
		require.Equal(t, len(d.Clips), len(s.Train)+len(s.Test))
		if !o.Strict {
			require.Len(t, s.Test, len(d.Clips)/5)
			return
		}
		require.LessOrEqual(t, len(s.Test), len(d.Clips)/5)
		learned := map[string]bool{}
		for _, c := range s.Train {
			for _, p := range asterisk.Phrases(c.Words()) {
				learned[p] = true
			}
		}
		for _, c := range s.Test {
			for _, p := range asterisk.Phrases(c.Words()) {
				require.False(t, learned[p], p)
			}
		}
	})
}

// TestWhichClips leaves out long ones and texts that are not all letters, unless asked.
func TestWhichClips(t *testing.T) {
	d := &asterisk.Data{Clips: []asterisk.Clip{
		{Name: "a", Text: "Press 1.", Samples: make([]float32, 100)},
		{Name: "b", Text: "Long.", Samples: make([]float32, 6*8000+1)},
		{Name: "c", Text: "Goodbye!", Samples: make([]float32, 6*8000)},
		{Name: "d", Text: "...", Samples: make([]float32, 100)},
	}}
	require.Len(t, d.Split(asterisk.SplitOptions{}).Train, 1)
	require.Len(t, d.Split(asterisk.SplitOptions{Digits: true}).Train, 2)
	require.Len(t, d.Split(asterisk.SplitOptions{Digits: true, Longest: 1e12}).Train, 3)
	require.Equal(t, "strict, by phrase, split seed 3", asterisk.SplitOptions{Strict: true, Seed: 3}.String())
}
