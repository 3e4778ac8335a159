package optim_test

// references are optimizers in Python that its PyTorch lacks: Lion, as its paper's program has it, and in older versions
// Adafactor and Muon, by the operators of newer ones.
const references = `
import math
class Reference(torch.optim.Optimizer):
    def __init__(self, ps, **given):
        super().__init__(ps, {**self.keywords, **given})
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            self.eps1 = None
            for p in group["params"]:
                if p.grad is not None:
                    self.one(group, self.state[p], p, -p.grad if group.get("maximize") else p.grad)
class Lion(Reference):
    keywords = dict(lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False, foreach=None)
    def one(self, g, state, p, grad):
        if "exp_avg" not in state:
            state["exp_avg"] = torch.zeros_like(p)
        avg = state["exp_avg"]
        if p.is_complex():
            p, grad, avg = torch.view_as_real(p), torch.view_as_real(grad), torch.view_as_real(avg)
        p.mul_(1 - g["lr"] * g["weight_decay"])
        update = avg * g["betas"][0] + grad * (1 - g["betas"][0])
        p.add_(update.sign_(), alpha=-g["lr"])
        avg.mul_(g["betas"][1]).add_(grad, alpha=1 - g["betas"][1])
class Muon(Reference):
    keywords = dict(lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.775, 2.0315),
        eps=1e-7, ns_steps=5, adjust_lr_fn=None)
    def one(self, g, state, p, grad):
        if not state:
            state["momentum_buffer"] = torch.zeros_like(grad)
        buf = state["momentum_buffer"]
        buf.lerp_(grad, 1 - g["momentum"])
        u = grad.lerp(buf, g["momentum"]) if g["nesterov"] else buf
        a, b, c = g["ns_coefficients"]
        x = u.bfloat16()
        rows, columns = u.shape
        if rows > columns:
            x = x.T
        x.div_(torch.linalg.vector_norm(x).clamp(min=g["eps"]))
        for _ in range(g["ns_steps"]):
            gram = x @ x.T
            x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
        ratio = math.sqrt(max(1, rows / columns))
        if g["adjust_lr_fn"] == "match_rms_adamw":
            ratio = 0.2 * math.sqrt(max(rows, columns))
        p.mul_(1 - g["lr"] * g["weight_decay"])
        p.add_(x.T if rows > columns else x, alpha=-(g["lr"] * ratio))
class Adafactor(Reference):
    keywords = dict(lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, foreach=None, maximize=False)
    def one(self, g, state, p, grad):
        if not state:
            state["step"] = torch.tensor(0.0)
            if grad.dim() > 1:
                state["row_var"] = grad.new_zeros(grad.shape[:-1] + (1,))
                state["col_var"] = grad.new_zeros(grad.shape[:-2] + (1, grad.shape[-1]))
            else:
                state["variance"] = torch.zeros_like(grad)
        norm = lambda x: torch.linalg.vector_norm(x, 2).item()
        if self.eps1 is None:
            self.eps1 = torch.finfo(p.dtype).eps if g["eps"][0] is None else g["eps"][0]
        state["step"] += 1
        t = state["step"].item()
        share = t ** g["beta2_decay"]
        alpha = max(g["eps"][1], norm(p) / p.numel() ** 0.5) * min(g["lr"], 1 / t ** 0.5)
        if g["weight_decay"] != 0:
            p.mul_(1 - g["lr"] * g["weight_decay"])
        if grad.dim() > 1:
            row, col = state["row_var"], state["col_var"]
            for var, dim in (row, -1), (col, -2):
                mean = torch.linalg.vector_norm(grad, dim=dim, keepdim=True)
                var.lerp_(mean.square_().div_(grad.size(dim)), share)
            v = row @ col
            v.div_(row.mean(dim=-2, keepdim=True).clamp_(min=self.eps1))
        else:
            state["variance"].lerp_(grad * grad, share)
            v = state["variance"].clone()
        u = v.clamp_(min=self.eps1 * self.eps1).rsqrt_().mul_(grad)
        alpha = -alpha / max(1.0, norm(u) / (u.numel() ** 0.5 * g["d"]))
        if g["foreach"]:
            p.add_(u.mul_(alpha))
        else:
            p.add_(u, alpha=alpha)
references = {"Lion": Lion, "Muon": Muon, "Adafactor": Adafactor}
`
