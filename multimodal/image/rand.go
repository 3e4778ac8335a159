package image

// Rand is a stream of random numbers: those that PyTorch's default generator draws after torch.manual_seed, so that a
// transform does with a seed what torchvision's does. It is a Mersenne twister, MT19937 (Matsumoto and Nishimura 1998), and
// not libtorch's own, because a stream for each sample has to be quick to make. One goroutine may use it at a time.
type Rand struct {
	state [624]uint32
	next  int
}

// NewRand starts a stream. Of the seed the lower 32 bits count, as in PyTorch.
func NewRand(seed int64) *Rand {
	r := &Rand{next: 624}
	r.state[0] = uint32(seed)
	for i := 1; i < len(r.state); i++ {
		before := r.state[i-1]
		r.state[i] = 1812433253*(before^before>>30) + uint32(i)
	}
	return r
}

// SampleSeed is the seed of a sample's own stream: it depends on the seed of the epoch and on the sample's index in its
// data set, and not on which worker reads it, or when.
func SampleSeed(seed int64, index int) int64 {
	return int64(uint32(scatter(uint64(seed) ^ scatter(uint64(index)))))
}

// scatter is SplitMix64 (Steele, Lea and Flood 2014).
func scatter(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// bits are the next 32.
func (r *Rand) bits() uint32 {
	if r.next == len(r.state) {
		r.twist()
	}
	v := r.state[r.next]
	r.next++
	v ^= v >> 11
	v ^= v << 7 & 0x9d2c5680
	v ^= v << 15 & 0xefc60000
	return v ^ v>>18
}

func (r *Rand) twist() {
	for i := range r.state {
		v := r.state[i]&0x80000000 | r.state[(i+1)%624]&0x7fffffff
		r.state[i] = r.state[(i+397)%624] ^ v>>1 ^ -(v&1)&0x9908b0df
	}
	r.next = 0
}

// Uniform is torch.empty(1).uniform_(low, high).item(), a float32.
func (r *Rand) Uniform(low, high float64) float64 {
	from, to := float32(low), float32(high)
	x := float32(r.bits()&(1<<24-1)) * (1.0 / (1 << 24))
	return float64(float32(float64(x)*float64(to-from) + float64(from))) // one rounding, as processors' fused operation has
}

// Chance is torch.rand(1) < p.
func (r *Rand) Chance(p float64) bool { return r.Uniform(0, 1) < float64(float32(p)) }

// Int is torch.randint(low, high, (1,)).item().
func (r *Rand) Int(low, high int) int {
	if high <= low || high-low > 1<<31 {
		panic(invalid("Rand.Int", "expected 1 to 2^31 numbers, got those from %d to %d", low, high))
	}
	return low + int(r.bits()%uint32(high-low))
}

// Perm is torch.randperm(n).
func (r *Rand) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := range n - 1 {
		k := i + int(r.bits()%uint32(n-i))
		p[i], p[k] = p[k], p[i]
	}
	return p
}
