// Package tokenizers makes ids of text and text of ids, as PyPI's package tokenizers does: the same file
// (tokenizer.json), the same ids, offsets and texts. It is pure Go and knows no tensors.
//
// A text goes through the steps that the file names: added tokens are cut out, the rest is normalised (Normalizer) and
// split into words (PreTokenizer), words become tokens (Model), special tokens come around them (PostProcessor), and
// back again tokens become text (Decoder). Components are plain structs with the file's fields; New builds a Tokenizer
// of them, FromFile of a file. A Tokenizer is an immutable value: any number of goroutines may use one.
//
// The vocabularies of WordPiece, BPE, Unigram and WordLevel are learned by the trainers (Train).
package tokenizers
