package distributed

import (
	"fmt"

	"multitorch/distributed/internal/c10d"
	"multitorch/torch"
)

// choose says whether NCCL carries tensors on GPUs. Gloo carries those on the CPU in any case, and with them what ranks say to each
// other.
func (p *place) choose(b Backend, env environment) error {
	switch b {
	case "gloo":
		p.noNCCL = "Backend is gloo"
	case "":
		if p.noNCCL = noNCCL(); p.noNCCL == "" {
			here := p.size
			if env.get("LOCAL_WORLD_SIZE") != "" {
				here = env.number("LOCAL_WORLD_SIZE", -1, "")
			}
			if n := torch.CUDADeviceCount(); n < here {
				p.noNCCL = fmt.Sprintf("NCCL takes a GPU for each rank, and here there are %d GPUs for %d ranks", n, here)
			}
		}
	case "nccl", "cpu:gloo,cuda:nccl", "cuda:nccl,cpu:gloo":
		if why := c10d.NCCLWhyNot(); why != "" {
			return fmt.Errorf("distributed: Backend %q: there is no NCCL: %s. Set up a libtorch that has it (docs/cuda.md) and build the "+
				"program with that, or leave Backend out", b, noNCCL())
		}
		// Without a GPU libtorch has the words; too few are a mistake of who started the ranks.
		if n := torch.CUDADeviceCount(); n > 0 && p.local >= n {
			return fmt.Errorf("distributed: Backend %q: expected a GPU for each rank, but the rank with LOCAL_RANK %d finds %d on its machine: "+
				"start at most as many ranks there", b, p.local, n)
		}
	default:
		return fmt.Errorf("distributed: Backend %q: expected gloo, nccl or cpu:gloo,cuda:nccl", b)
	}
	p.nccl = p.noNCCL == ""
	return nil
}

// noNCCL is why there is no NCCL here, or "".
func noNCCL() string {
	why := c10d.NCCLWhyNot()
	switch cuda := torch.CUDAWhyNot(); {
	case why != "" && cuda != "":
		return why + "; " + cuda
	case why != "":
		return why
	default:
		return cuda
	}
}

// backends are what the ranks have to agree on.
func (p *place) backends() string {
	if p.nccl {
		return "Backend cpu:gloo,cuda:nccl"
	}
	return "Backend gloo"
}

// Device is where this rank's model belongs: on the GPU of the number LOCAL_RANK where NCCL carries tensors, and else on the CPU.
func (g *Group) Device() torch.Device {
	if g.world.nccl {
		return torch.NewDevice(fmt.Sprintf("cuda:%d", g.world.local))
	}
	return torch.CPU
}
