package table_test

import (
	"fmt"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/catalog"
	"multitorch/datasets/table"
)

func file(t testing.TB, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func open(t testing.TB, path string) *table.Table {
	read, err := table.Open(path)
	require.NoError(t, err)
	return read
}

func cells(t *table.Table) (rows [][]string) {
	for i := range t.Len() {
		row := make([]string, len(t.Columns))
		for k := range t.Columns {
			row[k] = t.Cell(i, k)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestTextFiles(t *testing.T) {
	want := [][]string{{"a, b", "1.50"}, {"c\nd", ""}, {"é", "-2"}}
	for name, content := range map[string]string{
		"a.csv": "\ufeffname,x\r\n\"a, b\",1.50\r\n\"c\nd\",\r\né,-2\r\n",
		"a.tsv": "name\tx\na, b\t1.50\n\"c\nd\"\t\né\t-2",
		// As spreadsheets write where numbers have commas, and by hand.
		"semicolons.csv": "\ufeffname;x\r\n\"a, b\";1.50\r\n\"c\nd\";\r\né;-2\r\n",
		"tabs.csv":       "name\tx\r\na, b\t1.50\r\n\"c\nd\"\t\r\né\t-2\r\n",
		"commas.tsv":     "name,x\n\"a, b\",1.50\n\"c\nd\",\né,-2\n",
		"spaces.csv":     " name , x\n\"a, b\", 1.50\n \"c\nd\",\né,  -2\n",
		"a.jsonl":        `{"name": "a, b", "x": 1.50}` + "\n\n" + `{"x": null, "name": "c\nd"}` + "\n" + `{"name":"\u00e9","x":-2}`,
		"a.NDJSON":       `{"name": "a, b", "x": "1.50"}` + "\n" + `{"name": "c\nd"}` + "\n" + `{"name":"é","x":-2}` + "\n",
	} {
		read := open(t, file(t, name, content))
		require.Equal(t, []string{"name", "x"}, read.Columns, name)
		require.Equal(t, want, cells(read), name)
		require.Equal(t, map[string]string{"name": "é", "x": "-2"}, read.Row(2))
	}
	places := open(t, file(t, "a.csv", "x\n1\n\"2\n3\"\n4\n"))
	require.Contains(t, places.Place(1), "a.csv, line 3")
	require.Contains(t, places.Place(2), "a.csv, line 5")
}

// What is wrong is named with its line.
func TestTextFilesThatAreWrong(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.csv", "", "the file is empty"},
		{"a.csv", "a,b\n1,2\n3\n", "line 3 has 1 fields, but the header has 2"},
		{"a.csv", "a,b\n1,2,3\n", "line 2 has 3 fields, but the header has 2: are there separators without quotes?"},
		{"a.csv", "a,a\n", `line 1: there are two columns "a"`},
		{"a.csv", "a,\n", "line 1: column 2 has no name"},
		{"a.csv", "a\n\xff\n", `line 2: column "a": "\xff" is not UTF-8`},
		{"a.csv", "a\nx\x00y\n", "has a zero byte"},
		{"a.csv", "a;b\n1,2;3;4\n", "line 2 has 3 fields, but the header has 2: are there separators without quotes?"},
		{"a.csv", "\xff\xfea\x00,\x00b\x00\r\x00\n\x00", "line 1: the file is in UTF-16: save it as UTF-8"},
		{"a.csv", "\"a\",\"b\"\r\"1\n\",\"2\"\r", "line 1: the lines end in CR alone"},
		{"a.csv", "a,b\r1,2\r1,2\r", "line 1: the lines end in CR alone: save the file with line ends of LF or CRLF"},
		{"a.csv", "a\n\"x\n", "line 2"},
		{"a.csv", "a\nx\"y\n", "line 2"},
		{"a.jsonl", "", "there are no rows"},
		{"a.jsonl", "[1]\n", "line 1: expected a JSON object, but found ["},
		{"a.jsonl", `{"a":1}` + "\n" + `{"a":[1]}`, `line 2: "a" is a list or an object`},
		{"a.jsonl", `{"a":1,"a":2}`, "line 1: "},
		{"a.jsonl", `{"a":1} {"a":2}`, "line 1: there is more after the object"},
		{"a.jsonl", `{"a":1`, "line 1: "},
		{"a.jsonl", "{\"a\":\"\xff\"}", "line 1: "},
		{"a.jsonl", `{"":1}`, "column 1 has no name"},
		{"a.txt", "a", "expected a name that ends in .csv"},
		{"a.parquet", "PAR1", "Parquet"},
		{"a.parquet", "", "Parquet"},
	} {
		path := file(t, c.name, c.content)
		_, err := table.Open(path)
		require.ErrorContains(t, err, c.want, "%q", c.content)
		require.ErrorContains(t, err, path)
	}
	_, err := table.Open("/no/such.csv")
	require.ErrorIs(t, err, os.ErrNotExist)
	fifo := "/dev/zero"
	link := filepath.Join(t.TempDir(), "zero.csv")
	require.NoError(t, os.Symlink(fifo, link))
	_, err = table.Open(link)
	require.ErrorContains(t, err, "a device")
}

// Any cells that can be written are read again.
func TestCSVRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-z,"; \n\té漢]{0,6}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 0, 5).Draw(t, "rows")
		path := filepath.Join(dir, "a.csv")
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, table.WriteCSV(f, []string{"a", "b"}, rows))
		require.NoError(t, f.Close())
		read, err := table.Open(path)
		require.NoError(t, err)
		require.Equal(t, len(rows), read.Len())
		for i, row := range cells(read) {
			require.Equal(t, rows[i], row)
		}
	})
}

// scripts/golden/tables.py wrote these files with pyarrow.
func TestParquet(t *testing.T) {
	want := [][]string{
		{"a", "1", "1", "0.5", "0.1", "true"},
		{"", "-2", "2", "", "2", "false"},
		{`c, "d"`, "", "3", "1e-30", "3", ""},
		{"é", "4", "4", "", "4", "true"},
	}
	files, err := filepath.Glob("testdata/plain-*.parquet")
	require.NoError(t, err)
	require.Len(t, files, 6)
	for _, f := range files {
		read := open(t, f)
		require.Equal(t, []string{"name", "count", "small", "weight", "single", "good"}, read.Columns)
		require.Equal(t, want, cells(read), f)
		require.Equal(t, f+", row 2", read.Place(1))
	}
	_, err = table.Open("testdata/lz4.parquet") // whose decoder takes memory without end for a damaged page
	require.ErrorContains(t, err, "its compression is LZ4_RAW: expected none, snappy, gzip, brotli or zstd")
	_, err = table.Open("testdata/list.parquet")
	require.ErrorContains(t, err, `column "x" is a list or a group`)
	_, err = table.Open("testdata/half.parquet")
	require.ErrorContains(t, err, `column "x" has values of a fixed number of bytes, as floats of 16 bits have, which are not read`)
	read := open(t, "testdata/unsigned.parquet")
	require.Equal(t, [][]string{{"3000000000", "9223372036854775813", "200"}, {"1", "2", "3"}}, cells(read))
	read = open(t, "testdata/empty.parquet")
	require.Equal(t, []string{"image", "label"}, read.Columns)
	require.Zero(t, read.Len())
}

func TestPicturesInParquet(t *testing.T) {
	read := open(t, "testdata/pictures.parquet")
	require.Equal(t, []string{"image", "label"}, read.Columns)
	require.Equal(t, []bool{true, false}, read.Embedded)
	kinds := read.Kinds()
	require.Equal(t, table.Image, kinds[0].Kind)
	require.Equal(t, 1, kinds[0].Missing)
	m, err := read.OpenImage(t.Context(), 0, 0, "")
	require.NoError(t, err)
	require.Equal(t, []uint8{10, 200, 30}, m.At(2, 3))

	read = open(t, "testdata/bytes.parquet") // as pandas stores bytes
	require.Equal(t, []string{"name", "image", "none"}, read.Columns)
	require.Equal(t, []bool{false, true, false}, read.Embedded)
	m, err = read.OpenImage(t.Context(), 1, 1, "")
	require.NoError(t, err)
	require.Equal(t, []uint8{10, 200, 30}, m.At(2, 3))
	require.Equal(t, "green", read.Cell(1, 0))
}

func TestFolderTree(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"cat/b.PNG", "cat/a.jpg", "cat/.hidden.png", "cat/notes.txt", "dog/old/x.wav"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
	}
	read := open(t, dir)
	require.Equal(t, [][]string{{"cat/a.jpg", "cat"}, {"cat/b.PNG", "cat"}, {"dog/old/x.wav", "dog"}}, cells(read))
	require.Equal(t, filepath.Join(dir, "cat/a.jpg"), read.File("cat/a.jpg", ""))
	require.Equal(t, 1, read.Target())
}

func TestKinds(t *testing.T) {
	rows := make([][]string, 40)
	for i := range rows {
		missing := ""
		if i%2 == 0 {
			missing = "x y"
		}
		rows[i] = []string{
			fmt.Sprint(i), fmt.Sprintf("p/%d.png", i), fmt.Sprintf("%d.flac", i), fmt.Sprintf("%g", float64(i)*1.5-3),
			[]string{"red", "light blue"}[i%2], fmt.Sprintf("the picture of number %d in a long row", i), "same", "", missing,
		}
	}
	rows[3][1] = "not a picture" // a bad cell does not make another kind of the column
	read, err := table.New([]string{"id", "pic", "say", "x", "colour", "words", "const", "none", "half"}, rows)
	require.NoError(t, err)
	var got []table.Kind
	for _, c := range read.Kinds() {
		got = append(got, c.Kind)
		require.NotEmpty(t, c.Why)
	}
	require.Equal(t, []table.Kind{
		table.Ignored, table.Image, table.Audio, table.Number, table.Category, table.Text, table.Ignored, table.Ignored, table.Category,
	}, got)
	for name, want := range map[string]table.Kind{"image": table.Image, "ignored": table.Ignored} {
		kind, err := table.ParseKind(name)
		require.NoError(t, err)
		require.Equal(t, want, kind)
	}
	_, err = table.ParseKind("picture")
	require.ErrorContains(t, err, `"picture": expected one of`)
}

// A column that people may take for numbers says why it is not one.
func TestNearlyNumbers(t *testing.T) {
	for cells, want := range map[string]string{
		"1,234|56|7":        `"1,234" is no number: write 1234.5`,
		"3,14|2,72|1":       `"3,14" is no number: write 1234.5`,
		"€ 5|$7|20 %|-1.5 ": `"€ 5" is no number: write 1234.5`,
		"1|2|NA":            `"NA" is no number`,
		"1|1e400|-3":        `"1e400" is no number`,
		"1|2|1e151":         `"1e151" is no number`,
		"1 apple|2 pears":   ``,
		"2024-01-02|x":      ``,
		"01.02.2024|x":      ``,
		"-1'234,50|12 000":  `"-1'234,50" is no number: write 1234.5`,
	} {
		var rows [][]string
		for _, cell := range strings.Split(cells, "|") {
			rows = append(rows, []string{cell})
		}
		read, err := table.New([]string{"x"}, rows)
		require.NoError(t, err)
		c := read.Kinds()[0]
		require.Equal(t, table.Text, c.Kind, cells)
		_, after, _ := strings.Cut(c.Why, "; ")
		require.Equal(t, want, after, cells)
	}
}

// Every row is on one side, groups are whole, each class is divided by itself, and the seed decides alone.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 120).Draw(t, "n")
		c := table.SplitConfig{Test: rapid.SampledFrom([]float64{0, 0.1, 0.2, 0.5}).Draw(t, "test"), Seed: rapid.Int64Range(0, 3).Draw(t, "seed")}
		grouped := rapid.Bool().Draw(t, "grouped")
		counts := map[int]int{}
		for i := range n {
			class := rapid.IntRange(-1, 2).Draw(t, "class")
			if grouped {
				class = i / 3 % 3
				c.Group = append(c.Group, fmt.Sprint(i/3))
			}
			c.By = append(c.By, class)
			counts[class]++
		}
		train, test, err := table.Split(n, c)
		require.NoError(t, err)
		again, _, err := table.Split(n, c)
		require.NoError(t, err)
		require.Equal(t, train, again)
		require.Equal(t, n-counts[-1], len(train)+len(test))
		side := map[int]string{}
		tested := map[int]int{}
		for _, i := range train {
			side[i] = "train"
		}
		for _, i := range test {
			require.Empty(t, side[i])
			side[i] = "test"
			tested[c.By[i]]++
		}
		for i := range n {
			if grouped {
				require.Equal(t, side[i/3*3], side[i])
			}
		}
		for class := range 3 {
			if !grouped {
				require.InDelta(t, c.Test*float64(counts[class]), float64(tested[class]), 0.5)
			} else {
				require.LessOrEqual(t, float64(tested[class]), c.Test*float64(counts[class])+0.5)
			}
		}
	})
	for _, share := range []float64{-0.1, 1.1} {
		_, _, err := table.Split(3, table.SplitConfig{Test: share})
		require.ErrorContains(t, err, "expected 0 to 1")
	}
	_, _, err := table.Split(3, table.SplitConfig{By: []int{1}})
	require.Error(t, err)
}

func TestSamplesForCheckAndShow(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cut.png"), []byte("\x89PNG\r\n\x1a\n"), 0o644))
	path := filepath.Join(dir, "a.csv")
	require.NoError(t, os.WriteFile(path, []byte("pic,say,n,label\ncut.png,hello,1,a\n,good day,2,b\n,bye,x,\n"), 0o644))
	read := open(t, path)
	kinds := read.Kinds()
	kinds[2].Kind = table.Number
	report, err := catalog.Check(t.Context(), read.Samples(kinds, read.Target(), ""), nil)
	require.NoError(t, err)
	var got []string
	for _, p := range report.Problems {
		got = append(got, strings.ReplaceAll(p.String(), dir+"/", ""))
	}
	require.Len(t, got, 3)
	require.Contains(t, got[0], `a.csv, line 2: column "pic": read cut.png`)
	require.Contains(t, got[1], `a.csv, line 4: column "n": "x" is no finite number`)
	require.Contains(t, got[2], "class a: no sample is of this class")

	// A column that says sides is no content, so what is on both is found, and what only the test side has.
	path = filepath.Join(dir, "b.csv")
	text := "say,split,label\nhello,train,a\nhello,test,a\nbye,val,b\nmorning,tset,c\nmorning,train,c\nevening,,b\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	read = open(t, path)
	report, err = catalog.Check(t.Context(), read.Samples(read.Kinds(), read.Target(), ""), nil)
	require.NoError(t, err)
	got = nil
	for _, p := range report.Problems {
		got = append(got, strings.ReplaceAll(p.String(), dir+"/", ""))
	}
	require.Equal(t, []string{
		"b.csv, line 3: is on the side test, and the same content is on the side train (b.csv, line 2)",
		`b.csv, line 5: column "split" is "tset": expected train, test or validation`,
		"class b: no training sample is of this class",
	}, got)

	read = open(t, "testdata/pictures.parquet")
	samples := read.Samples(read.Kinds(), 1, "")
	s, err := samples.At(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, color.NRGBA{10, 200, 30, 255}, s.Image.At(0, 0))
	require.Equal(t, 0, s.Class)
}

// No file, however damaged, does more than be an error.
func FuzzTables(f *testing.F) {
	f.Add("a.csv", []byte("a,b\n1,2\n"))
	f.Add("a.jsonl", []byte(`{"a":1}`))
	for _, name := range []string{"plain-snappy", "plain-v2", "list", "pictures"} {
		content, err := os.ReadFile("testdata/" + name + ".parquet")
		require.NoError(f, err)
		f.Add("a.parquet", content)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		if strings.ContainsAny(name, "/\x00") || len(name) > 100 || len(name) < 5 {
			return
		}
		path := filepath.Join(dir, name)
		if os.WriteFile(path, content, 0o644) != nil {
			return
		}
		defer os.Remove(path)
		read, err := table.Open(path)
		if err != nil {
			return
		}
		for _, c := range read.Kinds() {
			require.Contains(t, table.Kinds(), c.Kind)
		}
	})
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "questions.csv")
	if err := os.WriteFile(path, []byte("picture,question,answer\na.png,what colour is it?,red\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	t, err := table.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Len(), t.Columns, t.Row(0)["answer"])
	for _, c := range t.Kinds() {
		fmt.Println(c.Name, c.Kind)
	}
	// Output:
	// 1 [picture question answer] red
	// picture image
	// question text
	// answer text
}

// Damaged Parquet files are errors, or other tables; none takes the memory that it claims.
func TestMutantsOfParquet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "x.parquet")
	for _, name := range []string{"plain-snappy", "plain-v2", "plain-zstd", "plain-gzip", "plain-brotli", "pictures"} {
		good, err := os.ReadFile("testdata/" + name + ".parquet")
		require.NoError(t, err)
		for range 300 {
			content := slices.Clone(good)
			for range 1 + random.IntN(3) {
				content[random.IntN(len(content))] = byte(random.IntN(256))
			}
			require.NoError(t, os.WriteFile(path, content, 0o644))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if read, err := table.Open(path); err == nil {
				require.LessOrEqual(t, read.Len(), 10)
			}
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(300<<20), "%s", name)
		}
	}
}

// What is measured is no class, and it is said before anything is trained.
func TestNumbersAreNoClasses(t *testing.T) {
	content := "a,label\n"
	for i := range 30 {
		content += fmt.Sprintf("w%d,%g\n", i, float64(i)*1.5)
	}
	read := open(t, file(t, "a.csv", content))
	require.Equal(t, `the column "label" has 30 different numbers in 30 rows: expected classes, at most 20 of them`,
		read.Samples(read.Kinds(), 1, "").Problem)
	require.Empty(t, read.Samples(read.Kinds(), 0, "").Problem)
}
