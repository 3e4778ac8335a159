package multimodal_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/multimodal"
	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
)

// modality is one of each encoder, small.
func modality(encoder string) multimodal.Modality {
	m := multimodal.NewModality(encoder, encoder)
	m.Size, m.Words, m.Width, m.SampleRate, m.Mels = 8, words, 6, 8000, 12
	if encoder == "pretrained-image" {
		m.Folder, m.TrainedLayers = "testdata/pretrained_image", -1 // a ViT that torch.manual_seed(0) draws
	}
	if encoder == "pretrained" {
		m.Folder, m.TrainedLayers = "testdata/pretrained", -1
	}
	if m.Layers > 1 {
		m.Layers = 1
	}
	return m
}

// input is n inputs of an encoder, of several lengths where it has them.
func input(encoder string, n int) multimodal.Input {
	switch encoder {
	case "cnn", "resnet", "pretrained-image":
		return multimodal.Input{Data: torch.Randn(torch.Shape{n, 3, 16, 16})}
	case "numbers":
		return multimodal.Input{Data: torch.Randn(torch.Shape{n, 6})}
	case "audio-cnn", "audio-gru":
		lengths := torch.Randint(500, 2000, torch.Shape{n})
		return multimodal.Input{Data: torch.Randn(torch.Shape{n, 2000}), Lengths: lengths}
	}
	b := randomBatch(n)
	return multimodal.Input{Data: b.Tokens, Lengths: b.Lengths}
}

func requireClose(t require.TestingT, want, got *torch.Tensor, msg ...any) {
	require.Equal(t, want.Shape(), got.Shape(), msg...)
	require.InDeltaSlice(t, torch.ToSlice[float32](want.Detach().Flatten(0, -1)), torch.ToSlice[float32](got.Detach().Flatten(0, -1)), 2e-5, msg...)
}

// model is one of three modalities by a fusion.
func model(t require.TestingT, fused string, change ...func(*multimodal.Config)) *multimodal.Model {
	c := multimodal.NewConfig(classes, modality("cnn"), modality("gru"), modality("numbers"))
	c.Fusion, c.FusedSize, c.HeadSize, c.FusionWith = fused, 8, 8, fusion.Config{Hidden: 8, Heads: 2, Rank: 2}
	for _, f := range change {
		f(&c)
	}
	m, err := multimodal.New(c)
	require.NoError(t, err)
	return m
}

func inputs(n int) multimodal.Inputs {
	return multimodal.Inputs{Of: map[string]multimodal.Input{
		"cnn": input("cnn", n), "gru": input("gru", n), "numbers": input("numbers", n),
	}}
}

func TestModels(t *testing.T) {
	for _, name := range fusion.Names() {
		t.Run(name, func(t *testing.T) {
			m := model(t, name, func(c *multimodal.Config) { c.Auxiliary = true })
			in := inputs(5)
			fused, each, there := m.ForwardEach(in)
			require.Nil(t, there)
			require.Len(t, each, 3)
			loss := fused.Square().Sum()
			for _, e := range each {
				require.Equal(t, torch.Shape{5, classes}, e.Shape())
				loss = loss.Add(e.Square().Sum())
			}
			loss.Backward()
			for _, p := range nn.NamedParameters(m) {
				require.NotNil(t, p.Grad(), "%s takes no part in the loss", p.Name)
			}

			// The description makes the same model again.
			nn.Eval(m)
			text, err := json.Marshal(m.Config())
			require.NoError(t, err)
			var c multimodal.Config
			require.NoError(t, json.Unmarshal(text, &c))
			again, err := multimodal.New(c)
			require.NoError(t, err)
			require.NoError(t, nn.LoadStateDict(again, nn.StateDict(m)))
			nn.Eval(again)
			want := m.Forward(in)
			require.Equal(t, torch.Shape{5, classes}, want.Shape())
			require.Equal(t, want.Bytes(), again.Forward(in).Bytes())

			// Any subset does.
			for _, missing := range []string{"cnn", "gru", "numbers"} {
				less := in.Without(missing)
				require.NotEqual(t, want.Bytes(), m.Forward(less).Bytes(), missing)
				if less = less.Without("numbers"); missing != "numbers" {
					require.True(t, m.Forward(less).IsFinite().All().ItemBool())
				}
			}
			require.Len(t, in.Of, 3)
		})
	}
}

// Rows of what is missing are not looked at, be they NaN or words that are none; a sample gets what it gets alone.
func TestModelsWithMissingModalities(t *testing.T) {
	for _, name := range fusion.Names() {
		t.Run(name, func(t *testing.T) {
			m := model(t, name)
			nn.Eval(m)
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(1, 4).Draw(t, "samples")
				there := rapid.SliceOfN(rapid.Bool(), 3*n, 3*n).Draw(t, "present")
				in := inputs(n)
				in.Present = torch.FromSlice(there, n, 3)
				want := m.Forward(in)
				require.True(t, want.IsFinite().All().ItemBool())

				hole := func(i, dims int) *torch.Tensor {
					h := in.Present.Select(1, i).Not()
					for range dims - 1 {
						h = h.Unsqueeze(-1)
					}
					return h
				}
				other := multimodal.Inputs{Present: in.Present, Of: map[string]multimodal.Input{
					"cnn":     {Data: in.Of["cnn"].Data.MaskedFill(hole(0, 4), math.NaN())},
					"gru":     {Data: in.Of["gru"].Data.MaskedFill(hole(1, 2), 1_000_000), Lengths: in.Of["gru"].Lengths.MaskedFill(hole(1, 1), 0)},
					"numbers": {Data: in.Of["numbers"].Data.MaskedFill(hole(2, 2), math.Inf(1))},
				}}
				require.Equal(t, want.Bytes(), m.Forward(other).Bytes())

				i := rapid.IntRange(0, n-1).Draw(t, "sample")
				one := multimodal.Inputs{Of: map[string]multimodal.Input{}}
				for k, name := range []string{"cnn", "gru", "numbers"} {
					if of := other.Of[name]; there[3*i+k] {
						one.Of[name] = multimodal.Input{Data: of.Data.Narrow(0, i, 1)}
						if of.Lengths != nil {
							one.Of[name] = multimodal.Input{Data: of.Data.Narrow(0, i, 1), Lengths: of.Lengths.Narrow(0, i, 1)}
						}
					}
				}
				if len(one.Of) > 0 {
					requireClose(t, want.Narrow(0, i, 1), m.Forward(one))
				}
			})
		})
	}
}

// A text without words is a text that is missing.
func TestEmptyTextIsMissing(t *testing.T) {
	m := model(t, "concat")
	nn.Eval(m)
	in := inputs(2)
	text := in.Of["gru"]
	text.Lengths = torch.New([]int64{0, 2})
	in.Of["gru"] = text
	got := m.Forward(in)
	text.Lengths = torch.New([]int64{3, 2})
	in.Of["gru"], in.Present = text, torch.New([][]bool{{true, false, true}, {true, true, true}})
	require.Equal(t, m.Forward(in).Bytes(), got.Bytes())
}

// Modality dropout takes the share away that it should, never all that a sample has, and nothing in evaluation.
func TestModalityDropout(t *testing.T) {
	m := model(t, "concat", func(c *multimodal.Config) { c.ModalityDropout, c.Auxiliary = 0.5, true })
	in := inputs(400)
	in.Of = map[string]multimodal.Input{"cnn": in.Of["cnn"], "numbers": in.Of["numbers"]}
	_, _, there := m.ForwardEach(in)
	require.True(t, there.Any(1).All().ItemBool())
	share := torch.ToSlice[float32](there.To(torch.Float32).Mean(0))
	// Half are kept, and all of the quarter that would have lost both.
	require.InDelta(t, 0.75, share[0], 0.12)
	require.Zero(t, share[1], "what was not there stays away")
	require.InDelta(t, 0.75, share[2], 0.12)
	nn.Eval(m)
	require.Equal(t, m.Forward(in).Bytes(), m.Forward(in).Bytes())
}

func TestNoise(t *testing.T) {
	in := inputs(50)
	require.Equal(t, in.Of["cnn"].Data.Bytes(), in.WithNoise("cnn", 0).Of["cnn"].Data.Bytes())
	require.Equal(t, in, in.WithNoise("smell", 1))
	noisy := in.WithNoise("cnn", 2)
	require.InDelta(t, 2, noisy.Of["cnn"].Data.Sub(in.Of["cnn"].Data).StdCorrected(0).Item(), 0.1)
	require.Equal(t, in.Of["gru"], noisy.Of["gru"])
	text := in.WithNoise("gru", 1).Of["gru"].Data
	require.True(t, text.Le(1).All().ItemBool())
	require.Equal(t, in.Of["gru"].Data.Eq(0).Bytes(), text.Eq(0).Bytes(), "what fills up stays")
	require.ErrorContains(t, torch.Try(func() error { in.WithNoise("cnn", math.NaN()); return nil }), "expected a level of at least 0")
}

func TestModelsRefuse(t *testing.T) {
	for want, change := range map[string]func(*multimodal.Config){
		"a model of 0 modalities":                     func(c *multimodal.Config) { c.Modalities = nil },
		"a modality without a name":                   func(c *multimodal.Config) { c.Modalities[0].Name = "" },
		`modality "g.u" is there twice`:               func(c *multimodal.Config) { c.Modalities[0].Name, c.Modalities[1].Name = "g_u", "g.u" },
		"outputs: expected 1 to 1048576, but got 0":   func(c *multimodal.Config) { c.Outputs = 0 },
		"fused size: expected 1 to 16384, but got -1": func(c *multimodal.Config) { c.FusedSize = -1 },
		"modality dropout: expected a number":         func(c *multimodal.Config) { c.ModalityDropout = 1 },
		`fusion "add": expected one of`:               func(c *multimodal.Config) { c.Fusion = "add" },
		`modality "cnn": image size of encoder cnn`:   func(c *multimodal.Config) { c.Modalities[0].ImageSize = 1 << 30 },
		"expected heads from 1 to":                    func(c *multimodal.Config) { c.Fusion, c.FusionWith.Heads = "early-concat", -4 },
	} {
		c := multimodal.NewConfig(classes, modality("cnn"), modality("gru"))
		change(&c)
		_, err := multimodal.New(c)
		require.ErrorContains(t, err, want)
	}
	m := model(t, "concat")
	for want, in := range map[string]multimodal.Inputs{
		`expected at least one of the modalities ["cnn" "gru" "numbers"]`: {},
		`no modality "smell"`:                      {Of: map[string]multimodal.Input{"smell": input("cnn", 2)}},
		`modality "gru": expected data`:            {Of: map[string]multimodal.Input{"gru": {}}},
		"samples, and another has":                 {Of: map[string]multimodal.Input{"cnn": input("cnn", 2), "gru": input("gru", 3)}},
		"expected Present as bool [2, 3], but got": {Of: map[string]multimodal.Input{"cnn": input("cnn", 2)}, Present: torch.Ones(torch.Shape{2, 3})},
		"images [N, 3, height, width] of at least": {Of: map[string]multimodal.Input{"cnn": {Data: torch.Zeros(torch.Shape{2, 3, 2, 2})}}},
	} {
		var failed *torch.Error
		err := torch.Try(func() error { m.Forward(in); return nil })
		require.ErrorAs(t, err, &failed)
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, torch.Try(func() error { m.ForwardEach(inputs(1)); return nil }), "expected Config.Auxiliary")
}

// Whatever a file says of a model, it is an error or a model of bounded size, and nothing else.
func FuzzConfig(f *testing.F) {
	for _, name := range fusion.Names() {
		c := multimodal.NewConfig(classes, modality("cnn"), modality("gru"), modality("numbers"))
		c.Fusion = name
		text, err := json.Marshal(c)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"modalities":[{"name":"a","encoder":"numbers","size":16384,"width":1048576}],"fusion":"sum","fused_size":16384,"outputs":1048576}`))
	f.Add([]byte(`{"modalities":[{"name":"a","encoder":"transformer","size":16384,"words":4194304,"layers":64,"heads":3,"max_words":9}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c multimodal.Config
		if json.Unmarshal(text, &c) != nil {
			return
		}
		for i := range c.Modalities { // what is allowed is still too much for a test
			if m := &c.Modalities[i]; m.Size > 256 || m.Words > 1000 || m.WordSize > 256 || m.Layers > 4 || m.Width > 1000 || m.MaxWords > 1000 || m.Mels > 100 {
				m.Size = min(m.Size, -1)
			}
		}
		var m *multimodal.Model
		var err error
		nn.SkipInit(func() { m, err = multimodal.New(c) })
		if err == nil {
			require.NotEmpty(t, nn.Parameters(m))
		}
	})
}

// A training step leaves nothing but gradients.
func TestModelLeavesNothing(t *testing.T) {
	c := multimodal.NewConfig(classes)
	for _, name := range multimodal.EncoderNames() {
		c.Modalities = append(c.Modalities, modality(name))
	}
	c.ModalityDropout = 0.3
	m, err := multimodal.New(c)
	require.NoError(t, err)
	step := func() {
		torch.Step(func() {
			in := multimodal.Inputs{Of: map[string]multimodal.Input{}}
			for _, name := range multimodal.EncoderNames() {
				in.Of[name] = input(name, 4)
			}
			m.Forward(in).Sum().Backward()
		})
	}
	for range 3 { // each encoder has got its gradients
		step()
	}
	before := leak.CollectorOff(t)
	for range 3 {
		step()
	}
	require.Equal(t, before, torch.LiveTensors())
}
