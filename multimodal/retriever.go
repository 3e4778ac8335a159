package multimodal

import (
	"fmt"

	"multitorch/multimodal/objective"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// RetrieverConfig describes a [Retriever]. As JSON it makes the same again. [NewRetrieverConfig] sets the defaults.
type RetrieverConfig struct {
	Query Modality `json:"query"` // pictures, say
	Item  Modality `json:"item"`  // and their captions
	Size  int      `json:"size"`  // of the space that both are brought into: 64
	Loss  string   `json:"loss"`  // "clip" or "siglip"
}

// NewRetrieverConfig describes a retriever with CLIP's loss.
func NewRetrieverConfig(query, item Modality) RetrieverConfig {
	return RetrieverConfig{Query: query, Item: item, Size: FeatureSize, Loss: "clip"}
}

// Retriever brings two modalities into one space, in which what belongs together is near each other: two towers, trained
// by a contrastive loss. Either finds the other there, also what neither was trained on.
type Retriever struct {
	nn.Base
	Query, Item         Encoder
	QueryProj, ItemProj *nn.Linear
	Contrastive         *objective.Contrastive // one of the two
	SigLIP              *objective.SigLIP
	config              RetrieverConfig
}

// NewRetriever makes the retriever of a description, which may come from a file.
func NewRetriever(c RetrieverConfig) (*Retriever, error) {
	if c.Size < 1 || c.Size > 1<<14 {
		return nil, fmt.Errorf("size %d: expected 1 to %d", c.Size, 1<<14)
	}
	m := &Retriever{config: c}
	var err error
	if m.Query, err = NewEncoder(c.Query); err != nil {
		return nil, err
	}
	if m.Item, err = NewEncoder(c.Item); err != nil {
		return nil, err
	}
	m.QueryProj, m.ItemProj = nn.NewLinear(m.Query.OutputSize(), c.Size), nn.NewLinear(m.Item.OutputSize(), c.Size)
	switch c.Loss {
	case "clip":
		m.Contrastive = objective.NewContrastive()
	case "siglip":
		m.SigLIP = objective.NewSigLIP()
	default:
		return nil, fmt.Errorf("loss %.40q: expected %q", c.Loss, []string{"clip", "siglip"})
	}
	return m, nil
}

// Config is the retriever's description.
func (m *Retriever) Config() RetrieverConfig { return m.config }

// EncodeQueries maps N queries to vectors of length 1, [N, Size].
func (m *Retriever) EncodeQueries(in Input) *torch.Tensor {
	return functional.Normalize(m.QueryProj.Forward(m.Query.Encode(in)))
}

// EncodeItems maps N items to vectors of length 1, [N, Size]. Their products with those of queries are the cosines.
func (m *Retriever) EncodeItems(in Input) *torch.Tensor {
	return functional.Normalize(m.ItemProj.Forward(m.Item.Encode(in)))
}

// Loss is the contrastive loss of N pairs, and their vectors. group, int64 [N] or nil, says which are about the same thing.
func (m *Retriever) Loss(query, item Input, group *torch.Tensor) (loss, queries, items *torch.Tensor) {
	queries, items = m.EncodeQueries(query), m.EncodeItems(item)
	if m.SigLIP != nil {
		return m.SigLIP.ForwardGroups(queries, items, group), queries, items
	}
	return m.Contrastive.ForwardGroups(queries, items, group), queries, items
}
