package distributed_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// measured is what a rank says of its steps.
type measured struct {
	Seconds    float64 // a step
	Sent       int     // bytes a step, by the network interface; with the packets' headers
	Parameters int     // bytes
}

// measure trains layers on a batch of 256 that the ranks share, or of BATCH; ALONE has each keep its own gradients.
var measure = scene("measure", func(_ context.Context, g *distributed.Group) error {
	torch.ManualSeed(1)
	var layers []nn.Layer
	for range 4 {
		layers = append(layers, nn.NewLinear(700, 700), nn.NewTanh())
	}
	m := nn.NewSequential(layers...)
	ddp, err := distributed.NewDistributedDataParallel(m, g, distributed.GradientAsBucketView(os.Getenv("VIEW") != ""))
	must(err)
	opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.01))
	rows, err := strconv.Atoi(os.Getenv("BATCH"))
	if err != nil {
		rows = 256 / g.WorldSize()
	}
	x := torch.Randn(torch.Shape{rows, 700})
	backward := func() { ddp.Forward(func() *torch.Tensor { return m.Forward(x).Square().Mean() }).Backward() }
	step := func() {
		opt.ZeroGrad()
		if os.Getenv("ALONE") != "" {
			ddp.NoSync(backward)
		} else {
			backward()
		}
		opt.Step()
	}
	for range 3 {
		step()
	}
	must(g.Barrier())
	const steps = 20
	began, sent := time.Now(), sentBytes()
	for range steps {
		step()
	}
	r := measured{time.Since(began).Seconds() / steps, (sentBytes() - sent) / steps, 4 * nn.NumParameters(m)}
	must(json.NewEncoder(os.Stdout).Encode(r))
	return nil
})

// sentBytes are those that eth0 has sent, which in a network namespace are this rank's.
func sentBytes() int {
	text, _ := os.ReadFile("/proc/self/net/dev")
	for line := range strings.Lines(string(text)) {
		if rest, is := strings.CutPrefix(strings.TrimSpace(line), "eth0:"); is {
			n, _ := strconv.Atoi(strings.Fields(rest)[8])
			return n
		}
	}
	return 0
}

// TestBytesSent counts what each of three machines sends in a step. A ring sends twice all but a share of the gradients.
func TestBytesSent(t *testing.T) {
	if os.Getenv("MULTITORCH_NETWORK") == "" {
		t.Skip("make distributed, as root, makes network namespaces")
	}
	n := newNetwork(t)
	var ranks []*rank
	for i := range 3 {
		ranks = append(ranks, startRank(t, exec.Command("ip", "netns", "exec", n.host(i), os.Args[0]), []string{
			"SCENE=" + measure, "SCENE_TIMEOUT=30s", "OMP_NUM_THREADS=1", "MASTER_ADDR=10.213.7.10", "MASTER_PORT=29500",
			"RANK=" + strconv.Itoa(i), "WORLD_SIZE=3", "LOCAL_RANK=0",
		}))
	}
	for i, p := range ranks {
		require.NoError(t, p.wait(t, 5*time.Minute), p.err.String())
		var m measured
		require.NoError(t, json.Unmarshal(p.out.Bytes(), &m))
		theory := 2 * (3 - 1) * m.Parameters / 3
		t.Logf("rank %d sends %d bytes a step: %.3f times the theory's %d", i, m.Sent, float64(m.Sent)/float64(theory), theory)
		require.InDelta(t, 1, float64(m.Sent)/float64(theory), 0.05, "headers and signs of life are a few percent")
	}
}
