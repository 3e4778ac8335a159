// Package generation goes on with sequences of ids as Transformers' generate does: greedily, by sampling or by beam search,
// with the same logits processors in the same order, so that the same model gives the same ids.
//
//	config, err := generation.ReadConfig("gpt2")      // generation_config.json over Python's defaults
//	config.MaxNewTokens, config.DoSample = 50, true
//	result, err := generation.Generate(model, [][]int64{ids}, config)
//
// Prompts of several lengths are one batch: they are padded on the left, and the padding is neither seen nor counted as
// positions. [Stream] gives the ids one by one; package tokenizers makes text of them as it comes.
//
// What generates is a [Model]: it says what it can take, and opens a [Decoder], which reads ids and remembers them in its
// cache. A model with an encoder is one after it has read its input. The package knows nothing else of models.
package generation
