package columns_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// world is a folder with pictures and sounds, and a table of them: forty rows, two classes.
func world(t testing.TB, change func(rows [][]string)) *table.Table {
	dir := t.TempDir()
	var rows [][]string
	for i := range 40 {
		red := uint8(40 + 170*(i%2))
		picture, sound := fmt.Sprintf("%d.png", i), fmt.Sprintf("%d.wav", i)
		require.NoError(t, image.Uniform(6, 8, red, 90, uint8(i)).Save(filepath.Join(dir, picture)))
		wave := torch.Arange(0, 1600+100*i, 1).Mul(0.02*float64(1+i%2)).Sin().View(1, -1)
		require.NoError(t, audio.Save(filepath.Join(dir, sound), wave, 8000))
		rows = append(rows, []string{
			picture, sound, []string{"a cold day", "Warm, isn't it?"}[i%2], fmt.Sprint(float64(i) + 0.5), []string{"n", "s"}[i%2], []string{"no", "yes"}[i%2],
		})
	}
	if change != nil {
		change(rows)
	}
	path := filepath.Join(dir, "world.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, table.WriteCSV(f, []string{"pic", "noise", "words", "heat", "wind", "label"}, rows))
	read, err := table.Open(path)
	require.NoError(t, err)
	return read
}

func config() columns.Config { // two texts would be taken for two names
	return columns.Config{ImageSize: 16, SampleRate: 8000, Kinds: map[string]table.Kind{"words": table.Text}}
}

func TestPrepareAllKindsAndTrain(t *testing.T) {
	read := world(t, func(rows [][]string) { // cells that are missing
		rows[4][0], rows[7][1], rows[9][2], rows[10][3], rows[12][4] = "", "", "", "", ""
	})
	set, err := columns.Prepare(t.Context(), read, config(), nil)
	require.NoError(t, err)
	require.Equal(t, []int{32, 8}, []int{set.Train.Len(), set.Test.Len()})
	require.Equal(t, []int{16, 16}, set.Train.Counts())
	require.Equal(t, []string{"no", "yes"}, set.Schema.Classes)
	require.NoError(t, set.Schema.Check())

	model, err := multimodal.New(set.Schema.Model(columns.ModelConfig{}))
	require.NoError(t, err)
	loader, err := datasets.NewBatchLoader(set.Train, datasets.BatchSize(8), datasets.Shuffle(true), datasets.Workers(2))
	require.NoError(t, err)
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))
	criterion := nn.NewCrossEntropyLoss()
	var first, last float64
	torch.ManualSeed(1)
	for range 8 {
		for batch, err := range loader.All(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, batch.Target.Size(0), batch.Samples())
			optimizer.ZeroGrad()
			loss := criterion.Forward(model.Forward(batch.Inputs), batch.Target)
			loss.Backward()
			optimizer.Step()
			if last = loss.Item(); first == 0 {
				first = last
			}
		}
	}
	require.Less(t, last, first/2)

	// As JSON the schema makes the same batches again, and knows the same rows.
	text, err := json.Marshal(set.Schema)
	require.NoError(t, err)
	var schema columns.Schema
	require.NoError(t, json.Unmarshal(text, &schema))
	require.NoError(t, schema.Check())
	_, test, err := schema.Divided(t.Context(), read, columns.Config{}, nil)
	require.NoError(t, err)
	indices := []int{0, 1, 2, 3, 4, 5, 6, 7}
	want, err := set.Test.GetBatch(t.Context(), indices)
	require.NoError(t, err)
	got, err := test.GetBatch(t.Context(), indices)
	require.NoError(t, err)
	requireSame(t, want, got)
}

func requireSame(t *testing.T, want, got columns.Batch) {
	t.Helper()
	require.Equal(t, len(want.Inputs.Of), len(got.Inputs.Of))
	for name, in := range want.Inputs.Of {
		twin.RequireEqual(t, in.Data, got.Inputs.Of[name].Data, name)
	}
	twin.RequireEqual(t, want.Inputs.Present, got.Inputs.Present)
	twin.RequireEqual(t, want.Target, got.Target)
}

// What a batch holds of a row, number by number.
func TestBatchesAreTheCells(t *testing.T) {
	read := world(t, func(rows [][]string) { rows[1][2] = "?!" }) // a text without a word
	c := config()
	c.Test, c.MaxWords, c.MaxSeconds = -1, 2, 0.25
	set, err := columns.Prepare(t.Context(), read, c, nil)
	require.NoError(t, err)
	require.Zero(t, set.Test.Len())
	b, err := set.Train.GetBatch(t.Context(), []int{0, 1, 39})
	require.NoError(t, err)
	require.Equal(t, []int64{0, 1, 1}, torch.ToSlice[int64](b.Target))
	require.Equal(t, [][]bool{{true, true, true, true}, {true, true, false, true}, {true, true, true, true}},
		[][]bool{
			torch.ToSlice[bool](b.Inputs.Present.Select(0, 0)), torch.ToSlice[bool](b.Inputs.Present.Select(0, 1)),
			torch.ToSlice[bool](b.Inputs.Present.Select(0, 2)),
		})

	picture := b.Inputs.Of["pic_0"].Data
	require.Equal(t, torch.Shape{3, 3, 16, 16}, picture.Shape())
	red := torch.ToSlice[float32](picture.Select(0, 0).Select(0, 0))
	require.InDelta(t, 40.0/127.5-1, red[8*16+8], 1e-6)
	require.InDelta(t, 1, red[0], 1e-6, "white above a wide picture")
	sound := b.Inputs.Of["noise_1"]
	require.Equal(t, []int64{1600, 1700, 2000}, torch.ToSlice[int64](sound.Lengths), "the last one was cut to a quarter of a second")
	words := b.Inputs.Of["words_2"]
	require.Equal(t, []int64{2, 0, 2}, torch.ToSlice[int64](words.Lengths))
	vocabulary := set.Schema.Columns[2].Vocabulary
	require.Equal(t, []bool{true, false}, []bool{vocabulary.Has("cold"), vocabulary.Has("day")}, "what is cut off is not learned")
	require.Equal(t, torch.Shape{3, 3}, b.Inputs.Of["fields"].Data.Shape()) // heat, wind n, wind s
	heat := b.Inputs.Of["fields"].Data.Select(1, 0)
	require.InDelta(t, (0.5-20)/11.5434, torch.ToSlice[float32](heat)[0], 1e-4)
	require.Equal(t, []float32{1, 0}, torch.ToSlice[float32](b.Inputs.Of["fields"].Data.Select(0, 0).Slice(0, 1, 3, 1)))
	notes := strings.Join(set.Notes, "\n")
	require.Contains(t, notes, "words: 39 of 40 training rows were cut to 2 words (--max-words)")
	require.Contains(t, notes, "noise: 35 of 40 training rows were cut to 0.25 s (--max-seconds)")

	for text, cut := range map[string][]string{"cold day": nil, "a cold day": {"words: cut to 2 words (--max-words)"}} {
		one, err := set.Schema.Read(t.Context(), map[string]string{"words": text}, "")
		require.NoError(t, err)
		require.Equal(t, cut, set.Schema.Cuts(one))
	}

	c.CacheBytes = 1 // nothing is kept: what is read again is the same
	again, err := columns.Prepare(t.Context(), read, c, nil)
	require.NoError(t, err)
	b2, err := again.Train.GetBatch(t.Context(), []int{0, 1, 39})
	require.NoError(t, err)
	requireSame(t, b, b2)
	require.NoError(t, os.Remove(read.File("39.png", "")))
	_, err = again.Train.GetBatch(t.Context(), []int{39})
	require.ErrorContains(t, err, "world.csv, line 41")
	_, err = again.Train.GetBatch(t.Context(), []int{40})
	require.ErrorContains(t, err, "expected an index from 0 to 39")
}

// Rows about one picture stay together by themselves; a column may say the sides.
func TestSides(t *testing.T) {
	read := world(t, func(rows [][]string) {
		for i := range rows {
			rows[i][0] = fmt.Sprintf("%d.png", i/4*4)
		}
	})
	set, err := columns.Prepare(t.Context(), read, config(), nil)
	require.NoError(t, err)
	require.Equal(t, "pic", set.Schema.Group)
	side := map[string]string{}
	for name, data := range map[string]*columns.Data{"train": set.Train, "test": set.Test} {
		for i := range data.Len() {
			picture := read.Cell(data.Row(i), 0)
			require.Contains(t, []string{"", name}, side[picture])
			side[picture] = name
		}
	}

	var rows [][]string
	for i := range 12 {
		rows = append(rows, []string{[]string{"up", "down"}[i%2], []string{"a", "b"}[i%2], []string{"train", "Train", "val", ""}[i/3]})
	}
	small, err := table.New([]string{"way", "label", "split"}, rows)
	require.NoError(t, err)
	set, err = columns.Prepare(t.Context(), small, columns.Config{}, nil)
	require.NoError(t, err)
	require.Equal(t, []int{6, 3}, []int{set.Train.Len(), set.Test.Len()})
	require.Equal(t, "split", set.Schema.SplitBy)
	require.Contains(t, set.Notes, "3 rows have nothing in split, and are on neither side")

	rows[1][2], rows[7][2] = "trian", "tset"
	small, err = table.New([]string{"way", "label", "split"}, rows)
	require.NoError(t, err)
	_, err = columns.Prepare(t.Context(), small, columns.Config{}, nil)
	var bad *columns.BadRowsError
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad.Rows, 2)
	require.ErrorContains(t, err, `column "split" is "tset": expected train, test or validation`)
	set, err = columns.Prepare(t.Context(), small, columns.Config{SkipBad: true}, nil)
	require.NoError(t, err)
	require.Equal(t, []int{5, 2, 2}, []int{set.Train.Len(), set.Test.Len(), len(set.Bad)})
}

func TestOneSample(t *testing.T) {
	read := world(t, nil)
	set, err := columns.Prepare(t.Context(), read, config(), nil)
	require.NoError(t, err)
	b, err := set.Schema.One(t.Context(), map[string]string{"words": "cold", "pic": read.File("3.png", "")}, "")
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, true, false}, torch.ToSlice[bool](b.Inputs.Present))
	whole, err := os.ReadFile(read.File("3.png", ""))
	require.NoError(t, err)
	same, err := set.Schema.One(t.Context(), map[string]string{"words": "cold", "pic": string(whole)}, "", "pic")
	require.NoError(t, err)
	require.Equal(t, b.Inputs.Present.String(), same.Inputs.Present.String())
	for cells, want := range map[string]string{"none=x": `doesn't look at "none"`, "pic=/no/such.png": "/no/such.png", "heat=much": "no finite number", "heat=1e120": "times the training rows' spread", "words=": "no cell"} {
		name, cell, _ := strings.Cut(cells, "=")
		_, err := set.Schema.One(t.Context(), map[string]string{name: cell}, "")
		require.ErrorContains(t, err, want)
	}
}

func TestPrepareStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := columns.Prepare(ctx, world(t, nil), config(), nil)
	require.True(t, errors.Is(err, context.Canceled), "%v", err)
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Isn't it 12°, Käthe?": {"isn't", "it", "12", "käthe"}, "": nil, "?!": nil, "红色ball": {"红", "色", "ball"}, "e\u0301te": {"e\u0301te"},
	} {
		require.Equal(t, want, columns.Words(text), text)
	}
}

func ExamplePrepare() {
	var rows [][]string
	for i := range 20 {
		rows = append(rows, []string{[]string{"a warm day", "a cold day"}[i%2], []string{"shorts", "coat"}[i%2]})
	}
	t, err := table.New([]string{"weather", "label"}, rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := columns.Prepare(context.Background(), t, columns.Config{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := multimodal.New(set.Schema.Model(columns.ModelConfig{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	batch, err := set.Train.GetBatch(context.Background(), []int{0, 1})
	fmt.Println(set.Schema.Classes, set.Train.Len(), set.Test.Len(), model.Forward(batch.Inputs).Shape(), err)
	// Output: [coat shorts] 16 4 [2 2] <nil>
}

// Sounds of another rate than the model's are resampled, whatever theirs is.
func TestRates(t *testing.T) {
	read := world(t, nil)
	c := config()
	c.SampleRate = 4000
	set, err := columns.Prepare(t.Context(), read, c, nil)
	require.NoError(t, err)
	b, err := set.Train.GetBatch(t.Context(), []int{0})
	require.NoError(t, err)
	row := set.Train.Row(0)
	require.EqualValues(t, (1600+100*row+1)/2, b.Inputs.Of["noise_1"].Lengths.ItemInt())
}
