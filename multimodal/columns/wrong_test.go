package columns_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/table"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/columns"
	"multitorch/torch"
)

func TestBadRows(t *testing.T) {
	read := world(t, func(rows [][]string) {
		rows[0][0], rows[2][3], rows[3][5] = "none.png", "warm", ""
		rows[5] = []string{"", "", "", "", "", "yes"}
		rows[6][1] = "6.png"
		rows[8][5] = "perhaps"
	})
	c := config()
	c.Kinds["heat"] = table.Number
	_, err := columns.Prepare(t.Context(), read, c, nil)
	var bad *columns.BadRowsError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, 40, bad.Of)
	var what []string
	for _, r := range bad.Rows {
		what = append(what, fmt.Sprint(r.Row, " ", r.What))
	}
	require.Len(t, what, 5, "%q", what)
	for i, want := range []string{
		`0 column "pic": read`, `2 column "heat": "warm" is no finite number`, `3 column "label" is empty: it is the target`,
		"5 no cell that the model looks at has anything in it", `6 column "noise": `,
	} {
		require.Contains(t, what[i], want)
	}
	require.ErrorContains(t, err, "world.csv, line 2: ")
	require.ErrorContains(t, err, "--skip-bad")

	c.SkipBad = true
	set, err := columns.Prepare(t.Context(), read, c, nil)
	require.NoError(t, err)
	require.Len(t, set.Bad, 5)
	require.Equal(t, 35, set.Train.Len()+set.Test.Len())
	require.Contains(t, strings.Join(set.Notes, "\n"), "1 of 3 classes: a single row")

	// Another file with a class that is new, or without a column.
	other := world(t, func(rows [][]string) { rows[7][5] = "snow" })
	_, _, err = set.Schema.Open(t.Context(), other, columns.Config{}, nil)
	require.ErrorContains(t, err, `line 9: column "label" is "snow", a class that no training row has`)
	data, skipped, err := set.Schema.Open(t.Context(), other, columns.Config{SkipBad: true}, nil)
	require.NoError(t, err)
	require.Equal(t, []int{39, 1}, []int{data.Len(), len(skipped)})
	data, _, err = set.Schema.Open(t.Context(), other, columns.Config{NoTarget: true}, nil)
	require.NoError(t, err)
	require.Equal(t, 40, data.Len())
	b, err := data.GetBatch(t.Context(), []int{3})
	require.NoError(t, err)
	require.Nil(t, b.Target)
	less, err := table.New([]string{"pic", "label"}, nil)
	require.NoError(t, err)
	_, _, err = set.Schema.Open(t.Context(), less, columns.Config{}, nil)
	require.ErrorContains(t, err, `has no column "noise", which the model looks at`)
	_, _, err = set.Schema.Divided(t.Context(), other, columns.Config{}, nil)
	require.ErrorContains(t, err, "has changed since the model was trained on it")
}

// A sound so loud that its squares are infinite would make the loss NaN, and nobody would know which row did.
func TestASoundThatIsTooLoud(t *testing.T) {
	read := world(t, nil)
	wave := torch.Zeros(torch.Shape{1, 800})
	wave.Index(0, 5).FillInplace(1e30)
	require.NoError(t, audio.Save(read.File("9.wav", ""), wave, 8000))
	_, err := columns.Prepare(t.Context(), read, config(), nil)
	require.ErrorContains(t, err, "world.csv, line 11: ")
	require.ErrorContains(t, err, "sample 5 of the sound is 1e+30: expected -1 to 1")
}

func TestTablesThatCannotBeLearned(t *testing.T) {
	rows := func(n int, cells func(i int) []string) (all [][]string) {
		for i := range n {
			all = append(all, cells(i))
		}
		return all
	}
	words := []string{"one two three four", "five six seven eight"}
	for _, c := range []struct {
		columns []string
		rows    [][]string
		config  columns.Config
		want    string
	}{
		{[]string{"a", "label"}, nil, columns.Config{}, "there are no rows"},
		{[]string{"a", "b"}, [][]string{{"x", "y"}}, columns.Config{}, `which column is to be learned? None of ["a" "b"]`},
		{[]string{"a", "label"}, [][]string{{"x", "y"}}, columns.Config{Target: "c"}, "--target"},
		{[]string{"a", "label"}, rows(9, func(i int) []string { return []string{words[i%2], "y"} }), columns.Config{}, "expected at least 2 classes"},
		{
			[]string{"a", "label"},
			rows(9, func(i int) []string { return []string{words[i%2], []string{"yes", "no", "yes "}[i%3]} }),
			columns.Config{},
			`the column "label" has the classes "yes" and "yes ", which differ in white space alone`,
		},
		{[]string{"a", "label"}, rows(9, func(i int) []string { return []string{"", words[i%2]} }), columns.Config{}, "there is no column to learn"},
		{[]string{"a", "y"}, rows(50, func(i int) []string { return []string{words[i%2], fmt.Sprint(i * i)} }), columns.Config{}, "50 different numbers"},
		{[]string{"a", "label"}, [][]string{{"x", "y"}}, columns.Config{Kinds: map[string]table.Kind{"c": table.Text}}, `there is no column "c"`},
		{[]string{"a", "label"}, [][]string{{"x", "y"}}, columns.Config{Group: "c"}, `there is no column "c" to divide by`},
		{[]string{"a", "label"}, [][]string{{"x", "y"}}, columns.Config{ImageSize: 5000}, "--image-size: expected 8 to 1024, but got 5000"},
		{[]string{"a", "label"}, [][]string{{"x", "y"}}, columns.Config{Test: 1}, "--test"},
		{[]string{"a", "label", "split"}, [][]string{{"x", "y", "odd"}}, columns.Config{}, `column "split" is "odd": expected train, test`},
	} {
		read, err := table.New(c.columns, c.rows)
		require.NoError(t, err)
		_, err = columns.Prepare(t.Context(), read, c.config, nil)
		require.ErrorContains(t, err, c.want)
	}
}

func TestSchemasThatNobodyMade(t *testing.T) {
	read := world(t, nil)
	set, err := columns.Prepare(t.Context(), read, config(), nil)
	require.NoError(t, err)
	for want, change := range map[string]func(s *columns.Schema){
		"0 columns":           func(s *columns.Schema) { s.Columns = nil },
		"1 classes":           func(s *columns.Schema) { s.Classes = s.Classes[:1] },
		"there twice":         func(s *columns.Schema) { s.Columns[1].Name = s.Columns[0].Name },
		"no vocabulary":       func(s *columns.Schema) { s.Columns[2].Vocabulary = nil },
		"0 values":            func(s *columns.Schema) { s.Columns[4].Values = nil },
		"a spread of 0":       func(s *columns.Schema) { s.Columns[3].Std = 0 },
		`of kind "film"`:      func(s *columns.Schema) { s.Columns[0].Kind = "film" },
		"--image-size":        func(s *columns.Schema) { s.ImageSize = 1 << 30 },
		"--max-seconds":       func(s *columns.Schema) { s.MaxSeconds = -1 },
		"--sample-rate: expe": func(s *columns.Schema) { s.SampleRate = 0 },
	} {
		text, err := json.Marshal(set.Schema)
		require.NoError(t, err)
		var s columns.Schema
		require.NoError(t, json.Unmarshal(text, &s))
		change(&s)
		require.ErrorContains(t, s.Check(), want)
	}
}

// Files that would take a machine down are bad rows.
func TestHostileCells(t *testing.T) {
	read := world(t, func(rows [][]string) {
		rows[0][0], rows[1][0], rows[2][1], rows[3][0] = "bomb.png", "/dev/zero.png", "cut.wav", "../../../../../../dev/stdin.png"
	})
	var bomb bytes.Buffer
	bomb.WriteString("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), 60_000), 60_000)
	header = append(header, 8, 2, 0, 0, 0)
	bomb.Write(binary.BigEndian.AppendUint32(nil, 13))
	bomb.Write(header)
	bomb.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(header)))
	require.NoError(t, os.WriteFile(read.File("bomb.png", ""), bomb.Bytes(), 0o644))
	whole, err := os.ReadFile(read.File("2.wav", ""))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(read.File("cut.wav", ""), whole[:len(whole)/2], 0o644))
	_, err = columns.Prepare(t.Context(), read, config(), nil)
	var bad *columns.BadRowsError
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad.Rows, 4)
	require.Contains(t, bad.Rows[0].What, "60000 x 60000 pixels")
	require.Contains(t, bad.Rows[2].What, "cut short")
}
