package transformers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"multitorch/internal/regular"
	"multitorch/nn"
	"multitorch/tokenizers"
	"multitorch/torch"
)

// SentenceTransformer makes vectors of texts, so that texts of like meaning have vectors of like direction: an encoder, a pooling
// of its tokens' vectors and what the folder has behind it, often a scaling to length 1, as the models of Python's
// sentence-transformers do (Reimers and Gurevych, "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", 2019).
type SentenceTransformer struct {
	nn.Base
	Encoder TextEncoder
	Pooling *Pooling         // nil: the mean over the tokens
	Behind  []SentenceModule // one after the other

	// Tokenizer makes the tokens, cut to Limit.
	Tokenizer *tokenizers.Tokenizer `nn:"-"`
	Limit     int                   // the most tokens of a text, [CLS] and [SEP] included
	pad       int
	size      int
}

// LoadSentenceTransformer loads a folder of sentence-transformers, or any with an encoder and a tokenizer.json, of whose tokens
// the mean is taken. Of its modules.json are known Transformer, Pooling, and behind them Dense, LayerNorm, Dropout and Normalize;
// others, and a folder that puts a prompt before each text, are an error. How long a text may be is said by
// sentence_bert_config.json beside modules.json, else by tokenizer_config.json, and at most by the encoder's places.
func LoadSentenceTransformer(dir string, o ...Load) (*SentenceTransformer, error) {
	parts, err := readParts(dir)
	if err != nil {
		return nil, err
	}
	if err := checkEncoding(dir); err != nil {
		return nil, err
	}
	root := dir
	if parts != nil {
		dir = filepath.Join(dir, parts[0].Path)
	}
	model, err := AutoModel(dir, o...)
	if err != nil {
		return nil, err
	}
	encoder, ok := model.(TextEncoder)
	if !ok {
		return nil, fmt.Errorf("load %s: expected an encoder of texts, but got a %T", dir, model)
	}
	DropPooler(encoder)
	m := &SentenceTransformer{Encoder: encoder, Limit: longestText(model)}
	if err := m.readBehind(root, parts, TextFeatures(encoder)); err != nil {
		return nil, err
	}
	like := nn.Parameters(encoder)[0]
	for _, behind := range m.Behind {
		nn.To(behind, like.DType(), like.Device())
		nn.Eval(behind)
	}
	var limits struct {
		Length int  `json:"max_seq_length"`
		Lower  bool `json:"do_lower_case"`
	}
	if parts != nil { // else sentence-transformers does not look for it either
		if err := readOptional(filepath.Join(dir, "sentence_bert_config.json"), &limits); err != nil {
			return nil, err
		}
	}
	if limits.Length <= 0 {
		var own struct {
			Length float64 `json:"model_max_length"` // 1e30 for any
		}
		if err := readOptional(filepath.Join(dir, "tokenizer_config.json"), &own); err != nil {
			return nil, err
		}
		limits.Length = int(min(own.Length, 1<<30))
	}
	if limits.Length > 0 {
		m.Limit = min(m.Limit, limits.Length)
	}
	if err := m.readTokenizer(filepath.Join(dir, "tokenizer.json")); err != nil {
		return nil, err
	}
	if limits.Lower {
		return m, checkLower(dir, m.Tokenizer)
	}
	return m, nil
}

// readTokenizer reads it and sets its length: files say 128 for texts of 256, and fill up to that.
func (m *SentenceTransformer) readTokenizer(path string) error {
	t, err := tokenizers.FromFile(path)
	if err != nil {
		return err
	}
	m.Tokenizer, err = t.With(func(c *tokenizers.Config) {
		c.Padding, c.Truncation = nil, &tokenizers.Truncation{MaxLength: m.Limit, Strategy: tokenizers.LongestFirst, Direction: tokenizers.Right}
	})
	if words := wordsOf(m.Encoder); err == nil && m.Tokenizer.VocabSize(true) > words {
		err = fmt.Errorf("it has %d tokens, but the model knows %d", m.Tokenizer.VocabSize(true), words)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	m.pad = paddingOf(m.Encoder)
	return nil
}

// readOptional reads a small JSON file, if it is there.
func readOptional(path string, into any) error {
	err := regular.Read(path, "settings", func(f *os.File, size int64) error {
		b, err := io.ReadAll(io.LimitReader(f, longestConfig))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, into); err != nil {
			return readableJSON(err)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// Size is the number of features of a vector.
func (m *SentenceTransformer) Size() int {
	if m.size == 0 { // made by hand
		return TextFeatures(m.Encoder)
	}
	return m.size
}

// Tokens are the tokens of texts, cut to Limit.
func (m *SentenceTransformer) Tokens(texts []string) ([][]int64, error) {
	encoded, err := m.Tokenizer.EncodeBatch(texts)
	if err != nil {
		return nil, err
	}
	ids := make([][]int64, len(encoded))
	for i, e := range encoded {
		ids[i] = e.IDs
	}
	return ids, nil
}

// Batch makes one batch of texts' tokens, filled up to the longest.
func (m *SentenceTransformer) Batch(ids [][]int64) BertInput {
	longest := 0
	for _, text := range ids {
		longest = max(longest, len(text))
	}
	tokens, mask := make([]int64, 0, len(ids)*longest), make([]int64, 0, len(ids)*longest)
	whole := true
	for _, text := range ids {
		tokens = append(tokens, text...)
		for i := range longest {
			if i < len(text) {
				mask = append(mask, 1)
			} else {
				whole, tokens, mask = false, append(tokens, int64(m.pad)), append(mask, 0)
			}
		}
	}
	in := BertInput{InputIDs: torch.FromSlice(tokens, len(ids), longest)}
	if !whole {
		in.AttentionMask = torch.FromSlice(mask, len(ids), longest)
	}
	return in
}

// Forward makes vectors [N, Size()] of a batch.
func (m *SentenceTransformer) Forward(in BertInput) *torch.Tensor {
	out := m.Encoder.Forward(in)
	defer out.free(in)
	pooling := m.Pooling
	if pooling == nil {
		pooling = &Pooling{Modes: []string{"mean"}}
	}
	x := pooling.Forward(out.LastHiddenState, in.AttentionMask)
	for _, behind := range m.Behind {
		y := behind.Forward(x)
		x.Free()
		x = y
	}
	return x
}

// MeanPooling is the mean of tokens' vectors x [N, L, features] over those that mask [N, L] has a 1 for; of all for nil.
func MeanPooling(x, mask *torch.Tensor) *torch.Tensor {
	if mask == nil {
		return x.Mean(1)
	}
	var on passing
	defer on.free()
	weights := on.way(on.to(mask, x.DType(), x.Device()).Unsqueeze(-1))
	sum := on.way(on.way(x.Mul(weights)).Sum(1))
	return sum.Div(on.way(on.way(weights.Sum(1)).Clamp(1e-9, nil)))
}

// sentenceBatch is how many texts are embedded at once.
const sentenceBatch = 32

// Encode makes vectors [len(texts), Size()] of texts, in batches of texts of about one length, without gradients.
func (m *SentenceTransformer) Encode(texts []string) (vectors *torch.Tensor, err error) {
	ids, err := m.Tokens(texts)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(ids[b]) - len(ids[a]) })
	err = torch.Try(func() error {
		vectors = torch.Empty(torch.Shape{len(texts), m.Size()})
		for batch := range slices.Chunk(order, sentenceBatch) {
			if !m.encode(vectors, ids, batch) {
				return errors.New("the encoder's vectors hold NaN or infinite numbers: its weights or its settings are damaged")
			}
		}
		return nil
	})
	return vectors, err
}

// encode puts the vectors of some texts in their places, and says whether they are numbers.
func (m *SentenceTransformer) encode(vectors *torch.Tensor, ids [][]int64, batch []int) (finite bool) {
	torch.InferenceMode(func() {
		torch.Step(func() {
			tokens := make([][]int64, len(batch))
			for i, text := range batch {
				tokens[i] = ids[text]
			}
			in := m.Batch(tokens).To(nn.Parameters(m)[0].Device())
			some := m.Forward(in).To(torch.Float32, torch.CPU)
			vectors.IndexCopyInplace(0, torch.FromSlice(batch), some)
			finite = some.IsFinite().All().ItemBool()
		})
	})
	return finite
}
