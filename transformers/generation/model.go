package generation

import "multitorch/torch"

// Model is a language model that generates. The models of package transformers are; one with an encoder is after it has read
// its input.
type Model interface {
	Traits() Traits
	// Decoder begins to decode. What it keeps is freed by its Close.
	Decoder(start Start) Decoder
}

// Traits is what generation has to know of a model.
type Traits struct {
	Vocab     int // ids are 0 … Vocab-1
	Positions int // the most ids of a sequence, or 0 where there is no limit
	Device    torch.Device

	// The ids of the model's settings, for what is not in those of the generation.
	BOS, Pad, DecoderStart *int64
	EOS                    []int64

	// Of a model that has read an input.
	EncoderDecoder bool
	Rows           int       // inputs that were read
	EncoderIDs     [][]int64 // their ids, or nil where the input was not text
	// FreeStart leaves the decoder's prompt as it is given. Without it one that does not begin with the decoder's start id
	// gets it, as in Transformers for all models but Whisper.
	FreeStart bool
}

// Start is how a decoder begins.
type Start struct {
	// Rows is the number of sequences. Of a model that has read inputs each has Rows/Traits.Rows of them, one after another.
	Rows int
	// Length is the most ids that a row will have, so that the cache can be made at once.
	Length int
	// Mask [rows, prompt] is 1 for ids and 0 for the padding before them; nil without padding.
	Mask *torch.Tensor
}

// Decoder reads ids and remembers what it read.
type Decoder interface {
	// Step reads ids [rows, n], the prompt at first and one column at a time then, and returns logits [rows, vocab] of what
	// follows the last one.
	Step(ids *torch.Tensor) *torch.Tensor
	// Reorder makes row i go on from what row from[i] has read.
	Reorder(from []int)
	Close()
}
