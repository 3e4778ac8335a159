package distributed

import (
	"encoding/json"
	"fmt"

	"multitorch/torch"
)

// AllGatherObject gives every rank all ranks' values, as JSON has them, as torch.distributed.all_gather_object, which has
// pickles: a value that JSON can't say is an error on every rank.
func AllGatherObject[T any](g *Group, v T) ([]T, error) {
	text, wrong := json.Marshal(v)
	if wrong != nil {
		text = []byte("!" + wrong.Error()) // which is no JSON: the others are not left to wait
	}
	all, err := g.AllGatherBytes(text)
	if err != nil {
		return nil, err
	}
	values := make([]T, len(all))
	for r, text := range all {
		if len(text) > 0 && text[0] == '!' {
			return nil, fmt.Errorf("distributed: AllGatherObject: rank %d: %s", g.ranks[r], text[1:])
		}
		if err := json.Unmarshal(text, &values[r]); err != nil {
			return nil, fmt.Errorf("distributed: AllGatherObject: rank %d: %w", g.ranks[r], err)
		}
	}
	return values, nil
}

// AllGatherBytes gives every rank all ranks' bytes, of any lengths up to a gibibyte.
func (g *Group) AllGatherBytes(b []byte) ([][]byte, error) {
	sizes, err := g.AllGather(torch.FromSlice([]int64{int64(len(b))}))
	if err != nil {
		return nil, err
	}
	longest := 1
	for _, s := range sizes {
		longest = max(longest, int(torch.ToSlice[int64](s)[0]))
	}
	const limit = 1 << 30
	if longest > limit {
		return nil, fmt.Errorf("distributed: AllGatherBytes: a rank has %d bytes: expected at most %d", longest, limit)
	}
	padded := make([]uint8, longest)
	copy(padded, b)
	rows, err := g.AllGather(torch.FromSlice(padded))
	if err != nil {
		return nil, err
	}
	all := make([][]byte, len(rows))
	for r, t := range rows {
		all[r] = torch.ToSlice[uint8](t)[:torch.ToSlice[int64](sizes[r])[0]]
	}
	return all, nil
}

// BroadcastObject gives every rank the root's value, as JSON has it.
func BroadcastObject[T any](g *Group, v T, root int) (T, error) {
	all, err := AllGatherObject(g, v) // values are small, and it is the one way that checks them
	if err != nil || root < 0 || root >= len(all) {
		var none T
		if err == nil {
			err = fmt.Errorf("distributed: BroadcastObject: expected a rank from 0 to %d, but got %d", len(all)-1, root)
		}
		return none, err
	}
	return all[root], nil
}
