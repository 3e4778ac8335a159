package pretrained

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/torch"
)

// whisperWeights are a Whisper model's weights under Transformers' keys, and the sizes that they have.
type whisperWeights struct {
	state                        []torch.NamedTensor
	mels, width, source, target  int // mel bands, d_model, positions of the encoder and the decoder
	vocab, inner                 int // tokens, width of the feed-forward layers
	encoderLayers, decoderLayers int
	encoderHeads, decoderHeads   int
	dtype                        string // of all weights, as config.json writes it; "float32" of several
}

// maxLayers is more than any Whisper has.
const maxLayers = 256

// whisper makes Transformers' state of the variables.
func (m *ct2) whisper() (w whisperWeights, err error) {
	if m.Spec != "WhisperSpec" {
		return w, fmt.Errorf("it is a %.40q: expected a model of Whisper (WhisperSpec)", m.Spec)
	}
	if err := w.measure(m); err != nil {
		return w, err
	}
	c := &whisperConversion{ct2: m, whisperWeights: w}
	c.encoder()
	c.decoder()
	for i, t := range c.state {
		if dtype := strings.TrimPrefix(t.Tensor.DType().String(), "torch."); i == 0 {
			c.dtype = dtype
		} else if dtype != c.dtype {
			c.dtype = "float32"
		}
	}
	if left := m.left(); c.err == nil && len(left) > 0 {
		c.err = fmt.Errorf("it has weights that Whisper has not: %.500q", left)
	}
	return c.whisperWeights, c.err
}

// measure reads the sizes off the variables' shapes.
func (w *whisperWeights) measure(m *ct2) (err error) {
	dims := func(name string, rank int) []int {
		v, ok := m.Lookup(name)
		switch {
		case err != nil:
		case !ok:
			err = fmt.Errorf("there is no variable %q in it", name)
		case len(v.Shape) != rank || slices.Contains(v.Shape, 0):
			err = fmt.Errorf("%q has the shape %v: expected %d dimensions, none of them 0", name, v.Shape, rank)
		default:
			return v.Shape
		}
		return make([]int, rank)
	}
	heads := func(name string) int {
		var n int
		if err == nil {
			n, err = m.setting(name)
		}
		if err == nil && (n < 1 || w.width%n != 0) {
			err = fmt.Errorf("%q is %d, which does not divide the width %d", name, n, w.width)
		}
		return n
	}
	layers := func(side string) (n int) {
		for n < maxLayers && m.has(fmt.Sprintf("%s/layer_%d/ffn/linear_0/weight", side, n)) {
			n++
		}
		return n
	}
	conv := dims("encoder/conv1/weight", 3)
	w.width, w.mels = conv[0], conv[1]
	w.source, w.target = dims("encoder/position_encodings/encodings", 2)[0], dims("decoder/position_encodings/encodings", 2)[0]
	w.vocab = dims("decoder/embeddings/weight", 2)[0]
	w.inner = dims("decoder/layer_0/ffn/linear_0/weight", 2)[0]
	w.encoderHeads, w.decoderHeads = heads("encoder/num_heads"), heads("decoder/num_heads")
	w.encoderLayers, w.decoderLayers = layers("encoder"), layers("decoder")
	if err == nil && (w.encoderLayers == 0 || w.decoderLayers == 0) {
		err = fmt.Errorf("it has %d layers of an encoder and %d of a decoder: expected some of both", w.encoderLayers, w.decoderLayers)
	}
	return err
}

// whisperConversion adds to the state until something fails.
type whisperConversion struct {
	*ct2
	whisperWeights
	err error
}

func (c *whisperConversion) read(name string, shape ...int) *torch.Tensor {
	if c.err != nil {
		return nil
	}
	var t *torch.Tensor
	t, c.err = c.tensor(name, shape...)
	return t
}

// keep puts a weight under its key.
func (c *whisperConversion) keep(key string, t *torch.Tensor) {
	if c.err == nil {
		c.state = append(c.state, torch.NamedTensor{Name: "model." + key, Tensor: t})
	}
}

// affine takes over a weight [out, in...] and its bias.
func (c *whisperConversion) affine(key, name string, shape ...int) {
	c.keep(key+".weight", c.read(name+"/weight", shape...))
	c.keep(key+".bias", c.read(name+"/bias", shape[0]))
}

func (c *whisperConversion) norm(key, name string) {
	c.keep(key+".weight", c.read(name+"/gamma", c.width))
	c.keep(key+".bias", c.read(name+"/beta", c.width))
}

// fused takes over projections whose rows lie one below the other. The keys' bias is zero, since it would change no
// attention, and Transformers has none.
func (c *whisperConversion) fused(key, name string, projections ...string) {
	n := len(projections)
	weight, bias := c.read(name+"/weight", n*c.width, c.width), c.read(name+"/bias", n*c.width)
	if c.err != nil {
		return
	}
	weights, biases := weight.Chunk(n, 0), bias.Chunk(n, 0)
	for i, p := range projections {
		c.keep(fmt.Sprintf("%s.%s_proj.weight", key, p), weights[i].Contiguous())
		if p != "k" {
			c.keep(fmt.Sprintf("%s.%s_proj.bias", key, p), biases[i].Contiguous())
		} else if biases[i].CountNonzero().ItemInt() != 0 {
			c.err = fmt.Errorf("%s/bias: expected the keys' part to be zero, as Whisper has none", name)
		}
	}
}

// common takes over what layers of both sides have: self-attention and feed-forward network, each behind its norm.
func (c *whisperConversion) common(key, name string) {
	c.fused(key+".self_attn", name+"/self_attention/linear_0", "q", "k", "v")
	c.affine(key+".self_attn.out_proj", name+"/self_attention/linear_1", c.width, c.width)
	c.norm(key+".self_attn_layer_norm", name+"/self_attention/layer_norm")
	c.affine(key+".fc1", name+"/ffn/linear_0", c.inner, c.width)
	c.affine(key+".fc2", name+"/ffn/linear_1", c.width, c.inner)
	c.norm(key+".final_layer_norm", name+"/ffn/layer_norm")
}

func (c *whisperConversion) encoder() {
	c.affine("encoder.conv1", "encoder/conv1", c.width, c.mels, 3)
	c.affine("encoder.conv2", "encoder/conv2", c.width, c.width, 3)
	c.keep("encoder.embed_positions.weight", c.read("encoder/position_encodings/encodings", c.source, c.width))
	for i := range c.encoderLayers {
		c.common(fmt.Sprintf("encoder.layers.%d", i), fmt.Sprintf("encoder/layer_%d", i))
	}
	c.norm("encoder.layer_norm", "encoder/layer_norm")
}

func (c *whisperConversion) decoder() {
	c.keep("decoder.embed_tokens.weight", c.read("decoder/embeddings/weight", c.vocab, c.width))
	c.keep("decoder.embed_positions.weight", c.read("decoder/position_encodings/encodings", c.target, c.width))
	for i := range c.decoderLayers {
		key, name := fmt.Sprintf("decoder.layers.%d", i), fmt.Sprintf("decoder/layer_%d", i)
		c.common(key, name)
		c.affine(key+".encoder_attn.q_proj", name+"/attention/linear_0", c.width, c.width)
		c.fused(key+".encoder_attn", name+"/attention/linear_1", "k", "v")
		c.affine(key+".encoder_attn.out_proj", name+"/attention/linear_2", c.width, c.width)
		c.norm(key+".encoder_attn_layer_norm", name+"/attention/layer_norm")
	}
	c.norm("decoder.layer_norm", "decoder/layer_norm")
}
