package main

import (
	"fmt"
	"go/token"
	"strings"
)

// functions are the names of operators whose own are better spent on an option.
var functions = map[string]string{"dim": "DimOf"}

// goName is an operator's name in Go: "add_.Tensor" is AddInplaceTensor.
func goName(operator string) string {
	if name, ok := functions[operator]; ok {
		return name
	}
	base, overload, _ := strings.Cut(operator, ".")
	inplace := ""
	if strings.HasSuffix(base, "_") {
		inplace = "Inplace"
	}
	return camel(base) + inplace + camel(overload)
}

// words are those that Go writes in its own way.
var words = map[string]string{"dtype": "DType", "id": "ID"}

// camel is "dim_IntList" as DimIntList.
func camel(s string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(s, "_") {
		switch {
		case word == "":
		case words[word] != "":
			b.WriteString(words[word])
		default:
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// parameters are the names of arguments that Go has other uses for.
var parameters = map[string]string{
	"var": "variance", "range": "bounds", "from_": "from", "UPLO": "uplo", "max": "maximum",
	"min": "minimum", "copy": "copied",
}

// parameter is an argument's name as a Go parameter: "start_dim" is startDim.
func parameter(argument string) (string, error) {
	if p, ok := parameters[argument]; ok {
		return p, nil
	}
	p := camel(argument)
	p = strings.ToLower(p[:1]) + p[1:]
	if p == "dType" {
		p = "dtype"
	}
	if token.IsKeyword(p) || p == "options" || p == "torch" {
		return "", fmt.Errorf("the argument %s needs another name in Go: see parameters", argument)
	}
	return p, nil
}

// written are the names of the package that are not generated.
var written = map[string]bool{
	"Option": true, "Number": true, "Named": true, "Call": true, "DimName": true, "Layout": true, "Strided": true, "SparseCOO": true,
	"SparseCSR": true, "SparseCSC": true, "SparseBSR": true, "SparseBSC": true, "MemoryFormat": true, "ContiguousFormat": true,
	"PreserveFormat": true, "ChannelsLast": true, "ChannelsLast3d": true,
}

// optionNames are the names of options that differ from others' by case only.
var optionNames = map[string]string{"N": "UpperN"}

// optionName is the name of an option's function: the argument's, or WithMean
// where an operator has that name.
func optionName(argument string, taken map[string]bool) string {
	name := camel(argument)
	if n, ok := optionNames[argument]; ok {
		name = n
	}
	if taken[name] || written[name] {
		return "With" + name
	}
	return name
}
