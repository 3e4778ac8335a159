package sortofclevr_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/sortofclevr"
)

func scene(t *rapid.T) sortofclevr.Scene {
	return sortofclevr.NewScene(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
}

func TestScenesAreWhatThePaperSays(t *testing.T) {
	forms := map[sortofclevr.Form]int{}
	var low, high [2]int
	for i := range uint64(2000) {
		s := sortofclevr.NewScene(rand.New(rand.NewPCG(1, i)))
		for k, a := range s {
			require.Equal(t, sortofclevr.Color(k), a.Color)
			forms[a.Form]++
			for axis, v := range []int{a.X, a.Y} {
				require.GreaterOrEqual(t, v, 5)
				require.Less(t, v, 70)
				if v == 5 {
					low[axis]++
				}
				if v == 69 {
					high[axis]++
				}
			}
			for _, b := range s[:k] {
				require.GreaterOrEqual(t, math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)), 10.0)
			}
		}
	}
	require.InDelta(t, 6000, forms[sortofclevr.Circle], 5*55) // 5 standard deviations
	for _, n := range []int{low[0], low[1], high[0], high[1]} {
		require.InDelta(t, 12000.0/65, n, 90) // the edges are drawn too; a little more often, as others are apart from them
	}
}

// The answers are computed again from the picture alone: no function of the scene is used.
func TestAnswersFollowFromThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene(t)
		seen := look(t, s.Pixels())
		for _, c := range sortofclevr.Colors() {
			for _, k := range sortofclevr.Kinds() {
				q := sortofclevr.Question{Color: c, Kind: k}
				if s.Ambiguous(q) {
					continue
				}
				require.Equal(t, seen.answer(q), s.Answer(q).String(), "%v: %v", q, s)
				canonical, opposite := q.Canonical()
				want := s.Answer(q)
				if opposite {
					want = want.Opposite()
				}
				require.Equal(t, want, s.Answer(canonical))
			}
		}
	})
}

// picture is what can be seen of a scene: middles and areas of its colours.
type picture map[sortofclevr.Color]struct {
	x, y float64
	form string
}

// look takes the colours apart by their bytes. Objects may hide each other's edges, so a middle is that of what the object
// would cover, found by Describe's inverse: the scene is drawn without the objects above it.
func look(t *rapid.T, planar []uint8) picture {
	s, err := sortofclevr.Describe(planar)
	require.NoError(t, err)
	require.Equal(t, planar, s.Pixels())
	p := picture{}
	for _, o := range s {
		p[o.Color] = struct {
			x, y float64
			form string
		}{float64(o.X) + 0.5, float64(o.Y) + 0.5, o.Form.String()}
	}
	return p
}

// answer is the definition with floating-point distances and without any shortcut.
func (p picture) answer(q sortofclevr.Question) string {
	o := p[q.Color]
	yes := func(is bool) string {
		if is {
			return "yes"
		}
		return "no"
	}
	switch q.Kind {
	case sortofclevr.Left:
		return yes(o.x < 37.5)
	case sortofclevr.Right:
		return yes(o.x > 37.5)
	case sortofclevr.Top:
		return yes(o.y < 37.5)
	case sortofclevr.Bottom:
		return yes(o.y > 37.5)
	case sortofclevr.Count:
		n := 0
		for _, other := range p {
			if other.form == o.form {
				n++
			}
		}
		return string(rune('0' + n))
	case sortofclevr.Shape:
		return o.form
	}
	best, form := math.Inf(1), ""
	for c, other := range p {
		if c == q.Color {
			continue
		}
		d := math.Hypot(o.x-other.x, o.y-other.y)
		if q.Kind == sortofclevr.Furthest {
			d = -d
		}
		if d < best {
			best, form = d, other.form
		}
	}
	return form
}

func TestBits(t *testing.T) {
	seen := map[[sortofclevr.QuestionBits]float32]sortofclevr.Question{}
	for _, c := range sortofclevr.Colors() {
		for _, k := range sortofclevr.Kinds() {
			q, _ := sortofclevr.Question{Color: c, Kind: k}.Canonical()
			bits := q.Bits()
			sum := float32(0)
			for _, b := range bits {
				sum += b
			}
			require.Equal(t, float32(3), sum)
			require.Equal(t, k.Relational(), bits[7] == 1)
			if other, there := seen[bits]; there {
				require.Equal(t, q, other)
			}
			seen[bits] = q
		}
	}
	require.Len(t, seen, 36)
	require.Equal(t, [11]float32{2: 1, 7: 1, 9: 1}, sortofclevr.Question{Color: sortofclevr.Green, Kind: sortofclevr.Furthest}.Bits())
}

func TestGenerate(t *testing.T) {
	o := sortofclevr.Options{Train: 300, Test: 100, Seed: 7}
	data := sortofclevr.Generate(o)
	require.Equal(t, data, sortofclevr.Generate(o))
	more := sortofclevr.Generate(sortofclevr.Options{Train: 301, Test: 100, Seed: 7})
	require.Equal(t, data.Train.Scenes, more.Train.Scenes[:300], "the first scenes are the same whatever their number")
	require.NotEqual(t, data.Train.Scenes, sortofclevr.Generate(sortofclevr.Options{Train: 300, Seed: 8}).Train.Scenes)
	require.NotContains(t, data.Train.Scenes, data.Test.Scenes[0])

	for i, turns := range data.Train.Dialogues {
		relational := 0
		var memory sortofclevr.Memory
		require.Len(t, turns, sortofclevr.Turns)
		for _, turn := range turns {
			if turn.Kind.Relational() {
				relational++
			}
			require.False(t, data.Train.Scenes[i].Ambiguous(turn.Question))

			// The text that stands alone is understood by itself, the spoken one after those before it.
			alone, err := new(sortofclevr.Memory).Parse(turn.Text())
			require.NoError(t, err, turn.Text())
			require.Equal(t, turn.Question, alone, turn.Text())
			spoken, err := memory.Parse(turn.Spoken())
			require.NoError(t, err, turn.Spoken())
			require.Equal(t, turn.Question, spoken, turn.Spoken())
			if turn.Refers == sortofclevr.Named {
				require.Equal(t, turn.Text(), turn.Spoken())
			}
		}
		require.Equal(t, 10, relational)
		require.True(t, turns[0].Refers == sortofclevr.Named, "a dialogue begins with a name")
	}
}

// TestTheDefaultDataStays: the README's figures are of this data.
func TestTheDefaultDataStays(t *testing.T) {
	data := sortofclevr.Generate(sortofclevr.Options{})
	require.Equal(t, []int{9800, 200}, []int{data.Train.Len(), data.Test.Len()})
	h := sha256.New()
	kinds, answers := map[sortofclevr.Kind]int{}, map[bool]map[sortofclevr.Answer]int{true: {}, false: {}}
	names := 0
	for i, s := range data.Test.Scenes {
		h.Write(s.Pixels())
		for _, turn := range data.Test.Dialogues[i] {
			h.Write([]byte(turn.Text() + turn.Spoken() + s.Answer(turn.Question).String()))
		}
	}
	for i, s := range data.Train.Scenes {
		for _, turn := range data.Train.Dialogues[i] {
			kinds[turn.Kind]++
			q, _ := turn.Canonical()
			answers[q.Kind.Relational()][s.Answer(q)]++
			if turn.Refers == sortofclevr.Named {
				names++
			}
		}
	}
	require.Equal(t, want, hex.EncodeToString(h.Sum(nil)))
	for _, k := range sortofclevr.Kinds() {
		share := map[bool]float64{true: 6, false: 3}[k == sortofclevr.Shape || k.Relational()]
		if share == 6 {
			require.InDelta(t, 196000.0/6, kinds[k], 900, k)
		} else {
			require.InDelta(t, 196000.0/12, kinds[k], 700, k)
		}
	}
	require.InDelta(t, 0.36, float64(names)/196000, 0.03)
	require.Equal(t, 4, len(answers[false]))
	require.Equal(t, 8, len(answers[true]))
}

const want = "ae95072f008f149c2fe0e18fc7f4b2f77e632aed1ac2391e92df4f646ccbc8fc"
