package multimodal

import (
	"encoding/binary"
	"sync"

	"multitorch/nn"
	"multitorch/torch"
)

// kept are the vectors of texts that a frozen encoder has seen, by their tokens: a training loop asks for the same ones in every
// epoch. Loading other weights, and converting them, drops what there is.
type kept struct {
	mu      sync.Mutex
	vectors map[string][]float32
}

// mostKept is the most numbers that are kept: 128 MiB.
const mostKept = 32 << 20

// forget drops all.
func (k *kept) forget() {
	k.mu.Lock()
	k.vectors = nil
	k.mu.Unlock()
}

// UpgradeState is called before weights are loaded.
func (m *PretrainedText) UpgradeState(string, map[string]*torch.Tensor) { m.kept.forget() }

// recall gives the vectors [N, own] of texts, of which encode computes those that are new.
func (m *PretrainedText) recall(in Input, encode func(Input) *torch.Tensor) *torch.Tensor {
	like := nn.Parameters(m.Encoder)[0]
	if like.DType() != torch.Float32 {
		return encode(in)
	}
	keys := textKeys(in)
	m.kept.mu.Lock()
	defer m.kept.mu.Unlock()
	if m.kept.vectors == nil || len(m.kept.vectors)*m.own > mostKept {
		m.kept.vectors = map[string][]float32{}
	}
	var fresh []int
	asked := map[string]bool{}
	for i, key := range keys {
		if m.kept.vectors[key] == nil && !asked[key] {
			asked[key], fresh = true, append(fresh, i)
		}
	}
	if len(fresh) > 0 {
		all := torch.ToSlice[float32](encode(in.at(torch.FromSlice(fresh))).CPU())
		for i, row := range fresh {
			m.kept.vectors[keys[row]] = all[i*m.own : (i+1)*m.own : (i+1)*m.own]
		}
	}
	values := make([]float32, 0, len(keys)*m.own)
	for _, key := range keys {
		values = append(values, m.kept.vectors[key]...)
	}
	return torch.FromSlice(values, len(keys), m.own).To(like.Device())
}

// textKeys are texts' tokens as map keys.
func textKeys(in Input) []string {
	ids, lengths := torch.ToSlice[int64](in.Data.To(torch.Int64, torch.CPU).Contiguous()), torch.ToSlice[int64](in.lengths())
	keys, width := make([]string, len(lengths)), in.Data.Size(1)
	for i, n := range lengths {
		var b []byte
		for _, id := range ids[i*width : i*width+int(n)] {
			b = binary.AppendVarint(b, id)
		}
		keys[i] = string(b)
	}
	return keys
}
