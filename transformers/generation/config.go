package generation

import (
	"time"

	"multitorch/torch"
)

// Config is how to generate: Transformers' GenerationConfig, under its names and with its meanings. It begins as [Default] or
// [ReadConfig] and is changed then; what a program adds without a name in JSON stands at the end.
type Config struct {
	// Length. MaxNewTokens comes before MaxLength, which counts the prompt; without either 20 new ids are made.
	MaxLength    int     `json:"max_length,omitempty"`
	MaxNewTokens int     `json:"max_new_tokens,omitempty"`
	MinLength    int     `json:"min_length,omitempty"`     // no end before so many ids, the prompt's included
	MinNewTokens int     `json:"min_new_tokens,omitempty"` // the same without the prompt
	MaxTime      Seconds `json:"max_time,omitempty"`       // no further step after this time; 0 for no limit

	// Strategy.
	DoSample           bool          `json:"do_sample"`            // draw the next id instead of taking the likeliest
	NumBeams           int           `json:"num_beams"`            // beams of a search; 1 without
	EarlyStopping      EarlyStopping `json:"early_stopping"`       // when a search ends
	LengthPenalty      float64       `json:"length_penalty"`       // a beam's score is its log-probability / length^this
	NumReturnSequences int           `json:"num_return_sequences"` // sequences for each prompt

	// Scores of the next id, in the order in which they are changed.
	SequenceBias             []Bias    `json:"sequence_bias,omitempty"`
	EncoderRepetitionPenalty float64   `json:"encoder_repetition_penalty"` // without an encoder, of the prompt; so is its kin below
	RepetitionPenalty        float64   `json:"repetition_penalty"`         // 1 for none; more makes ids that are there less likely
	NoRepeatNGramSize        int       `json:"no_repeat_ngram_size"`
	EncoderNoRepeatNGramSize int       `json:"encoder_no_repeat_ngram_size"`
	BadWordsIDs              [][]int64 `json:"bad_words_ids,omitempty"` // sequences that are never completed
	ForcedBOSTokenID         *int64    `json:"forced_bos_token_id,omitempty"`
	ForcedEOSTokenID         IDs       `json:"forced_eos_token_id,omitempty"`
	RemoveInvalidValues      bool      `json:"remove_invalid_values"` // NaN is 0, and infinities are the largest numbers
	// ExponentialDecayLengthPenalty makes the end likelier from so many new ids on, by a factor for each.
	ExponentialDecayLengthPenalty *Decay `json:"exponential_decay_length_penalty,omitempty"`
	SuppressTokens                IDs    `json:"suppress_tokens,omitempty"`
	BeginSuppressTokens           IDs    `json:"begin_suppress_tokens,omitempty"` // only as the first new id

	// Scores of the next id when it is drawn.
	Temperature       float64  `json:"temperature"`
	TopH              *float64 `json:"top_h,omitempty"`
	TopK              int      `json:"top_k"` // only the k likeliest; 0 for all
	TopP              float64  `json:"top_p"` // only the likeliest that have this probability together
	MinP              *float64 `json:"min_p,omitempty"`
	TypicalP          float64  `json:"typical_p"`
	EpsilonCutoff     float64  `json:"epsilon_cutoff"`
	EtaCutoff         float64  `json:"eta_cutoff"`
	RenormalizeLogits bool     `json:"renormalize_logits,omitempty"`

	// Ids. What is nil is as the model's settings have it.
	PadTokenID          *int64 `json:"pad_token_id,omitempty"` // without any the first end
	BOSTokenID          *int64 `json:"bos_token_id,omitempty"`
	EOSTokenID          IDs    `json:"eos_token_id,omitempty"` // any of them ends a sequence; IDs{}: none does
	DecoderStartTokenID *int64 `json:"decoder_start_token_id,omitempty"`

	// Strings that end a sequence, found in its text, for which Decode is needed. An end has to reach into the last id's text.
	StopStrings []string                 `json:"stop_strings,omitempty"`
	Decode      func(ids []int64) string `json:"-"`

	// Stops end a sequence when one of them says so of its ids, the prompt's and the padding's included.
	Stops []func(ids []int64) bool `json:"-"`
	// Processors change scores before those that belong to drawing.
	Processors []Processor `json:"-"`
	// PrefixAllowed are the only ids that may follow ids, of the prompt with this number.
	PrefixAllowed func(prompt int, ids []int64) []int64 `json:"-"`
	// Generator is drawn from; nil is the default one, as in Python. A program that wants its own numbers gives
	// torch.NewGenerator(seed), which draws what Python draws after torch.manual_seed(seed).
	Generator *torch.Generator `json:"-"`
	// OutputScores keeps the processed scores of each step in the result.
	OutputScores bool `json:"-"`
}

// Default is Transformers' defaults: greedy, 20 new ids.
func Default() Config {
	return Config{
		NumBeams: 1, LengthPenalty: 1, NumReturnSequences: 1, EncoderRepetitionPenalty: 1, RepetitionPenalty: 1,
		Temperature: 1, TopK: 50, TopP: 1, TypicalP: 1,
	}
}

// defaultNewTokens is how many ids are made when no length is given.
const defaultNewTokens = 20

// EarlyStopping is when a beam search ends.
type EarlyStopping string

// The ends of a beam search.
const (
	Likely EarlyStopping = ""      // when a better one is unlikely, judged by the present length: false in Python
	Full   EarlyStopping = "full"  // when there are as many finished ones as beams: true in Python
	Never  EarlyStopping = "never" // when there can't be a better one
)

// Bias is added to the score of the last of the ids after the others.
type Bias struct {
	IDs  []int64
	Bias float64
}

// Decay is from where on the end gets likelier, and by which factor.
type Decay struct {
	Start  int
	Factor float64
}

// Seconds is a time, a number of seconds in JSON.
type Seconds time.Duration

// IDs is a list of ids. In JSON a single one is written without brackets.
type IDs []int64
