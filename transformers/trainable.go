package transformers

import (
	"strconv"
	"strings"

	"multitorch/nn"
)

// AllLayers, given to [Trainable], trains a whole model.
const AllLayers = -1

// Trainable says how much of a pretrained model is trained further: its head alone (0), the head and the last so many layers, or
// all ([AllLayers]). The head is what is beside the base model and behind its layers: classifier, pooler. The other parameters
// no longer ask for gradients. It returns those that do, for an optimizer.
func Trainable(m Model, layers int) []*nn.Parameter {
	f := families[m.Configuration().Common().ModelType]
	named := nn.NamedParameters(m)
	count := 0
	for _, p := range named {
		if i, ok := layerOf(p.Name); ok {
			count = max(count, i+1)
		}
	}
	var trained []*nn.Parameter
	for _, p := range named {
		i, within := layerOf(p.Name)
		head := !within && isHead(f, className(m), p.Name)
		on := layers < 0 || head || within && i >= count-layers
		p.SetRequiresGrad(on)
		if on {
			trained = append(trained, p.Parameter)
		}
	}
	return trained
}

// layerOf is the number of the layer that a key is of: the first number in it.
func layerOf(key string) (int, bool) {
	for name := range strings.SplitSeq(key, ".") {
		if n, err := strconv.Atoi(name); err == nil {
			return n, true
		}
	}
	return 0, false
}

// isHead reports whether a key that is of no layer is of a head: beside the base model, or its pooler.
func isHead(f *family, class, key string) bool {
	if strings.Contains(key, "pooler.") {
		return true
	}
	if f == nil || f.prefix == "" || len(f.classes) > 0 && f.classes[0].name == class {
		return false
	}
	return !strings.HasPrefix(key, f.prefix+".")
}
