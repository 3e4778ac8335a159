// Package text brings text to a network and does what torchtext did: it splits text into tokens, numbers them by a
// vocabulary, brings lists of numbers to one length, and reads files of word vectors.
//
//	tokens := text.BasicEnglish("You can now install TorchText using pip!")
//	vocabulary, err := text.BuildVocabulary(slices.Values(all), text.Specials{"<pad>", "<unk>"}, text.MinFreq(2))
//	vocabulary, err = vocabulary.WithDefault("<unk>")
//	numbers, err := vocabulary.Encode(tokens)
//	ids, lengths, err := text.Pad([][]int64{numbers}, text.MaxLength(16))
//
// Everything here is a value that never changes once it is made, so any goroutine may use it. Text that is no UTF-8 is
// taken as Go takes it: each bad byte counts as U+FFFD.
package text
