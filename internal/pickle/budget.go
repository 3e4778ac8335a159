package pickle

import "errors"

// Budget is what all that a file makes its reader do may cost, in bytes that are kept or copied. It is in proportion to
// the file's length, because a pickle of some bytes can ask again and again for one large value: it would be hashed,
// copied or walked through each time.
type Budget struct{ left int64 }

// A tensor of PyTorch costs about 20 times the bytes of its pickle, a list of small numbers 16 times. An empty dict,
// which is one byte, costs most.
const (
	budgetBase   = 256 << 10
	budgetFactor = 128
)

// What values cost, beside the bytes of texts.
const (
	stepCost  = 16 // a place on the stack
	memoCost  = 48
	valueCost = 32 // of a tuple, a list or a dict
	itemCost  = 16
	entryCost = 48
)

var errBudget = errors.New("it takes more work and memory than a file of its length needs: it repeats large values over and over")

// NewBudget is the budget for a file of so many bytes.
func NewBudget(size int64) *Budget {
	const most = 1 << 40
	return &Budget{budgetBase + budgetFactor*min(max(size, 0), most)}
}

// Spend takes n bytes off. An error says that nothing is left.
func (b *Budget) Spend(n int) error {
	if b.left -= int64(n); b.left < 0 {
		b.left = 0
		return errBudget
	}
	return nil
}

// SpendOn takes off what it costs to look at a value, and at the items of a tuple, a list or a dict, once.
func (b *Budget) SpendOn(v any) error {
	switch v := v.(type) {
	case string:
		return b.Spend(len(v))
	case []byte:
		return b.Spend(len(v))
	case *Tuple:
		return b.Spend(itemCost * len(v.Items))
	case *List:
		return b.Spend(itemCost * len(v.Items))
	case *Dict:
		return b.Spend(entryCost * len(v.Keys))
	}
	return nil
}
