package generation

import (
	"fmt"
	"iter"
	"slices"

	"multitorch/torch"
)

// Result is what was generated.
type Result struct {
	// Sequences are the ids as Transformers returns them: of each prompt, and of each of its NumReturnSequences, the padding,
	// the prompt, the new ids, and padding to the longest.
	Sequences [][]int64
	// New are the new ids alone, with the one that ended them and without padding.
	New [][]int64
	// SequenceScores are the scores of a beam search's sequences: the sum of the ids' log-probabilities, divided by the
	// length to the power of the length penalty. nil without a search.
	SequenceScores []float32
	// Scores are the processed scores [rows, vocab] of each step, with Config.OutputScores.
	Scores []*torch.Tensor
}

// Generate goes on with the prompts, ids of any lengths, as the settings say: by beam search with more than one beam, by
// drawing with DoSample, and else greedily. A model with an encoder needs no prompts.
func Generate(m Model, prompts [][]int64, c Config) (*Result, error) {
	s, err := begin(m, prompts, c)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if c.NumBeams > 1 {
		return s.search()
	}
	result := &Result{}
	for _, err := range s.sample(result) {
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}

// Token is an id that was added to a sequence.
type Token struct {
	Row  int // which sequence: of prompt Row / NumReturnSequences
	ID   int64
	Last bool // whether the sequence ends with it
}

// Stream gives each new id as soon as it is there, those of the sequences that have not ended, one after another. Ending the
// loop ends the generation. A beam search finds its ids only in the end, and so can't be streamed.
//
//	for token, err := range generation.Stream(model, prompts, config) {
//		if err != nil { … }
//		fmt.Print(tokenizer.Decode([]int64{token.ID}))
//	}
func Stream(m Model, prompts [][]int64, c Config) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if c.NumBeams > 1 {
			yield(Token{}, fmt.Errorf("generation: num_beams: a search of %d beams has no ids before its end; Stream needs num_beams 1",
				c.NumBeams))
			return
		}
		s, err := begin(m, prompts, c)
		if err != nil {
			yield(Token{}, err)
			return
		}
		defer s.close()
		s.sample(nil)(yield)
	}
}

// sample adds ids step by step, greedily or by drawing, and writes the result, if one is wanted.
func (s *session) sample(result *Result) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		ended, lengths := make([]bool, len(s.rows)), make([]int, len(s.rows))
		for n := s.prompt; slices.Contains(ended, false); n = 1 {
			var next []int64
			err := quietly(func() {
				scores := s.scores(n, false)
				if result != nil && s.config.OutputScores {
					result.Scores = append(result.Scores, scores.Clone().Keep())
				}
				next = torch.ToSlice[int64](s.choose(scores))
			})
			if err != nil {
				yield(Token{}, fmt.Errorf("generation: id %d: %w", len(s.rows[0]), err))
				return
			}
			was := slices.Clone(ended)
			s.append(next, ended, lengths)
			for i := range s.rows {
				if !was[i] && !yield(Token{Row: i, ID: next[i], Last: ended[i]}, nil) {
					return
				}
			}
		}
		if result != nil {
			result.Sequences = s.rows
			for i, row := range s.rows {
				result.New = append(result.New, row[s.prompt:lengths[i]:lengths[i]])
			}
		}
	}
}

// choose is the next id of each row.
func (s *session) choose(scores *torch.Tensor) *torch.Tensor {
	if !s.config.DoSample {
		return scores.Argmax(-1)
	}
	p := scores.Softmax(-1)
	if s.config.Generator != nil {
		return p.Multinomial(1, false, s.config.Generator)
	}
	return p.Multinomial(1, false)
}

// append adds an id to each row, padding to those that have ended, and notes which end with it. Without an end id rows
// that were ended by another rule go on beside the others, as in Transformers.
func (s *session) append(next []int64, ended []bool, lengths []int) {
	for i, id := range next {
		if ended[i] && len(s.config.EOSTokenID) > 0 {
			id = *s.pad
		}
		s.rows[i] = append(s.rows[i], id)
		if !ended[i] {
			lengths[i] = len(s.rows[i])
		}
		ended[i] = ended[i] || s.ended(s.rows[i])
	}
}
