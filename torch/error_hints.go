package torch

import "strings"

// hints are what libtorch's messages advise in Python, and what that is in Go: those that a training loop meets. What stands
// for itself in both languages, such as clone() for Clone, is left as it is.
var hints = strings.NewReplacer(
	"with torch.autograd.set_detect_anomaly(True)", "with torch.DetectAnomaly",
	"with torch.autograd.set_detect_anomaly(True, check_nan=False)", "with torch.DetectAnomaly",
	".backward() or autograd.grad()", "Backward or torch.Grad",
	"backward() with create_graph=True", "Backward with torch.CreateGraph(true)",
	"using autograd.grad when", "using torch.Grad when",
	"the .grad fields of your parameters to None", "the gradients of your parameters to nil, by ZeroGrad,",
	"retain_graph=True", "torch.RetainGraph(true)",
	"allow_unused=True", "torch.AllowUnused(true)",
	"Use .reshape(...) instead", "Use Reshape instead",
	"use var_no_grad = var.detach()", "use Detach",
	"created in no_grad mode", "created in torch.NoGrad",
	"the no_grad block", "torch.NoGrad",
	"the inference_mode block", "torch.InferenceMode",
	"torch.nn.functional.binary_cross_entropy_with_logits", "functional.BinaryCrossEntropyWithLogits",
	"torch.nn.BCEWithLogitsLoss", "nn.BCEWithLogitsLoss",
)
