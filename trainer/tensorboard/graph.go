package tensorboard

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// A Node is a box in the picture of a graph. A '/' in names makes boxes inside boxes.
type Node struct {
	Name   string
	Op     string   // what it does: "Linear"
	Inputs []string // names of the nodes that it takes something from
	Shape  []int    // of what it gives; nil where that is not known. -1 is a dimension of any length
	Text   string   // what else is to be said of it
}

// Graph adds a graph, which TensorBoard shows of a run: the last one counts. A name that stands twice and an input that is no node
// are errors.
func (w *Writer) Graph(nodes []Node) error {
	known := map[string]bool{}
	for _, n := range nodes {
		if n.Name == "" || !utf8.ValidString(n.Name+n.Op+n.Text) {
			return fmt.Errorf("tensorboard: graph: node %.80q: expected names and texts in UTF-8", n.Name)
		}
		if known[n.Name] {
			return fmt.Errorf("tensorboard: graph: there are two nodes %.80q", n.Name)
		}
		known[n.Name] = true
	}
	if len(nodes) == 0 {
		return errors.New("tensorboard: graph: expected at least one node, got none")
	}
	var graph []byte
	for _, n := range nodes {
		for _, input := range n.Inputs {
			if !known[input] {
				return fmt.Errorf("tensorboard: graph: node %.80q has the input %.80q, which is no node", n.Name, input)
			}
		}
		graph = appendBytes(graph, 1, appendNode(nil, n))
	}
	const producer = 22 // of the format, as PyTorch writes it
	graph = appendBytes(graph, 4, appendInt(nil, 1, producer))
	return w.add(Event{Graph: graph})
}

// appendNode writes a NodeDef of TensorFlow's node_def.proto.
func appendNode(b []byte, n Node) []byte {
	b = appendString(b, 1, n.Name)
	b = appendString(b, 2, n.Op)
	for _, input := range n.Inputs {
		b = appendString(b, 3, input)
	}
	attribute := func(name string, value []byte) {
		b = appendBytes(b, 5, appendBytes(appendString(nil, 1, name), 2, value))
	}
	if n.Text != "" {
		attribute("attr", appendString(nil, 2, n.Text))
	}
	if n.Shape != nil {
		attribute("_output_shapes", appendBytes(nil, 1, appendBytes(nil, 7, appendShape(nil, n.Shape))))
	}
	return b
}

// appendShape writes a TensorShapeProto.
func appendShape(b []byte, shape []int) []byte {
	for _, n := range shape {
		b = appendBytes(b, 2, appendInt(nil, 1, int64(n)))
	}
	return b
}
