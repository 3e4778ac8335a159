package transformers

import "multitorch/transformers/generation"

// CausalLM is a language model without an encoder: [GPT2LMHeadModel], [LlamaForCausalLM].
type CausalLM interface {
	Model
	generation.Model
	Forward(in CausalInput) CausalLMOutput
	Generate(prompts [][]int64, c generation.Config) (*generation.Result, error)
}

// AutoModelForCausalLM loads a folder into its architecture's language model.
func AutoModelForCausalLM(dir string, o ...Load) (CausalLM, error) {
	return FromPretrained[CausalLM](dir, o...)
}

// Seq2SeqLM is a language model that answers texts: [T5ForConditionalGeneration].
type Seq2SeqLM interface {
	Model
	Forward(in Seq2SeqInput) Seq2SeqOutput
	Read(in Seq2SeqInput) *T5Reading
	Generate(in Seq2SeqInput, c generation.Config) (*generation.Result, error)
}

// AutoModelForSeq2SeqLM loads a folder into its architecture's language model with an encoder of text.
func AutoModelForSeq2SeqLM(dir string, o ...Load) (Seq2SeqLM, error) {
	return FromPretrained[Seq2SeqLM](dir, o...)
}
