package distributed_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// network3 is three network namespaces, which stand for three machines, on one bridge.
type network3 struct{ id string }

func ip(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	require.NoError(t, err, "ip %v: %s", args, out)
}

func newNetwork(t *testing.T) network3 {
	t.Helper()
	n := network3{"mt" + strconv.Itoa(os.Getpid()%10000)}
	ip(t, "link", "add", n.id+"br", "type", "bridge")
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", n.id+"br").Run() })
	ip(t, "link", "set", n.id+"br", "up")
	for i := range 3 {
		ns, cable := n.host(i), n.cable(i)
		ip(t, "netns", "add", ns)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() })
		ip(t, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", ns)
		t.Cleanup(func() { _ = exec.Command("ip", "link", "del", cable).Run() })
		ip(t, "link", "set", cable, "master", n.id+"br", "up")
		ip(t, "-n", ns, "addr", "add", fmt.Sprintf("10.213.7.%d/24", 10+i), "dev", "eth0")
		ip(t, "-n", ns, "link", "set", "eth0", "up")
		ip(t, "-n", ns, "link", "set", "lo", "up")
	}
	return n
}

func (n network3) host(i int) string  { return fmt.Sprintf("%sh%d", n.id, i) }
func (n network3) cable(i int) string { return fmt.Sprintf("%sv%d", n.id, i) }

// begin starts the steady run, one rank on each machine; rank 0's keeps the store.
func (n network3) begin(t *testing.T, dir string, attempt int) (ranks []*rank) {
	t.Helper()
	for i := range 3 {
		ranks = append(ranks, startRank(t, exec.Command("ip", "netns", "exec", n.host(i), os.Args[0]), []string{
			"SCENE=" + steady, "SCENE_TIMEOUT=4s", "DIR=" + dir, "OMP_NUM_THREADS=1", "MASTER_ADDR=10.213.7.10", "MASTER_PORT=29500",
			"RANK=" + strconv.Itoa(i), "WORLD_SIZE=3", "LOCAL_RANK=0", "TORCHELASTIC_RESTART_COUNT=" + strconv.Itoa(attempt),
		}))
	}
	return ranks
}

// TestCutNetwork pulls a machine's cable at random moments. It needs root, and MULTITORCH_NETWORK=1 as "make distributed" sets it.
func TestCutNetwork(t *testing.T) {
	if os.Getenv("MULTITORCH_NETWORK") == "" {
		t.Skip("make distributed, as root, makes network namespaces")
	}
	calm := undisturbed(t)
	n := newNetwork(t)
	for i := range disturbances() {
		victim, after := i%3, time.Duration(rand.IntN(250))*time.Millisecond
		t.Run(fmt.Sprintf("rank %d after %v", victim, after), func(t *testing.T) {
			dir := t.TempDir()
			ranks := n.begin(t, dir, 0)
			for {
				if _, err := os.Stat(dir + "/pid" + strconv.Itoa(victim) + "-0"); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(after)
			ip(t, "link", "set", n.cable(victim), "down")
			began := time.Now()
			done := 0
			for r, p := range ranks {
				if p.wait(t, 2*time.Minute) == nil {
					done++
				} else if r != victim {
					require.Contains(t, p.err.String(), fmt.Sprintf("distributed: rank %d ", victim), "rank %d names it", r)
				}
			}
			t.Logf("all had ended %v later; %d had been done", time.Since(began).Round(100*time.Millisecond), done)
			before, _ := os.ReadFile(dir + "/diary0")
			ip(t, "link", "set", n.cable(victim), "up")
			if done == 3 || strings.Contains(string(before), "epoch 3") {
				return
			}
			for _, p := range n.begin(t, dir, 1) {
				require.NoError(t, p.wait(t, 2*time.Minute), p.err.String())
			}
			rest, err := os.ReadFile(dir + "/diary1")
			require.NoError(t, err)
			requireCalm(t, calm, string(before), string(rest))
		})
	}
}
