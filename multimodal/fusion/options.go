package fusion

// Config is the settings of a fusion. Each kind takes those that it names, and leaves the others alone.
type Config struct {
	Hidden int `json:"hidden,omitempty"` // the width inside: of bilinear, cross-attention, early-concat, relation; 64
	Rank   int `json:"rank,omitempty"`   // of low-rank: 4
	Heads  int `json:"heads,omitempty"`  // of early-concat and cross-attention: 4
}

// Option is an option of a fusion: [Hidden], [Rank], [Heads], or a whole [Config], whose zeros mean the defaults.
type Option interface{ fusion(*Config) }

// Hidden is the width inside a fusion, before its result. The default is 64.
type Hidden int

// Rank is the number of factors of [LowRank]. The default is 4.
type Rank int

// Heads is the number of heads of an attention, which divides its width. The default is 4.
type Heads int

func (h Hidden) fusion(c *Config) { c.Hidden = int(h) }
func (r Rank) fusion(c *Config)   { c.Rank = int(r) }
func (h Heads) fusion(c *Config)  { c.Heads = int(h) }
func (c Config) fusion(to *Config) {
	for _, f := range []struct {
		from int
		to   *int
	}{{c.Hidden, &to.Hidden}, {c.Rank, &to.Rank}, {c.Heads, &to.Heads}} {
		if f.from != 0 {
			*f.to = f.from
		}
	}
}

// most bounds each setting, and mostWeights what they make together, a quarter of a gigabyte, so that no file can ask for
// more memory than there is.
const (
	most        = 1 << 14
	mostWeights = 1 << 26
)

// afford refuses a fusion of too many weights. The counts are bounded each, but not their products.
func afford(kind string, weights ...float64) {
	sum := 0.
	for _, w := range weights {
		sum += w
	}
	if sum > mostWeights {
		panic(invalid(kind, "%.0f weights: expected at most %d; narrower features, or a smaller output, hidden or rank, have fewer", sum, mostWeights))
	}
}

func configure(kind string, output int, opts []Option) Config {
	c := Config{Hidden: 64, Rank: 4, Heads: 4}
	for i, o := range opts {
		if o == nil {
			panic(invalid(kind, "option %d is nil", i))
		}
		o.fusion(&c)
	}
	for name, value := range map[string]int{"hidden": c.Hidden, "rank": c.Rank, "heads": c.Heads, "output": output} {
		if value < 1 || value > most {
			panic(invalid(kind, "expected %s from 1 to %d, but got %d", name, most, value))
		}
	}
	return c
}
