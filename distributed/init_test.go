package distributed_test

import (
	"bytes"
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
)

var nothing = scene("nothing", func(context.Context, *distributed.Group) error { return nil })

func TestContradictions(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no environment":     {nil, "RANK is not set"},
		"no world":           {map[string]string{"RANK": "0"}, "WORLD_SIZE is not set"},
		"rank of the world":  {map[string]string{"RANK": "2", "WORLD_SIZE": "2"}, "rank 2 of a world of 2"},
		"rank is a word":     {map[string]string{"RANK": "one", "WORLD_SIZE": "2"}, `RANK="one": expected a number`},
		"no master":          {map[string]string{"RANK": "0", "WORLD_SIZE": "2"}, "MASTER_ADDR is not set"},
		"no port":            {map[string]string{"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "h"}, "MASTER_PORT is not set"},
		"port":               {map[string]string{"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "h", "MASTER_PORT": "70000"}, "MASTER_PORT=70000"},
		"local rank":         {map[string]string{"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}, "LOCAL_RANK=1 contradicts rank 0"},
		"local world":        {map[string]string{"RANK": "0", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "4"}, "LOCAL_WORLD_SIZE=4 contradicts a world of 2"},
		"local rank's world": {map[string]string{"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "1"}, "contradicts LOCAL_WORLD_SIZE=1"},
		"interface":          {map[string]string{"RANK": "0", "WORLD_SIZE": "1", "GLOO_SOCKET_IFNAME": "none0"}, `interface "none0"`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "GLOO_SOCKET_IFNAME"} {
				t.Setenv(v, test.env[v])
			}
			_, err := distributed.Init()
			require.ErrorContains(t, err, test.want)
		})
	}
	for _, method := range []distributed.InitMethod{"tcp://host", "tcp://:1", "http://host:1", "file://", "host:1"} {
		_, err := distributed.Init(method, distributed.Rank(0), distributed.WorldSize(2))
		require.ErrorContains(t, err, "expected", string(method))
	}
	_, err := distributed.Init(distributed.Timeout(-1))
	require.ErrorContains(t, err, "time-outs above 0")
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer l.Close()
	_, err = distributed.Init(distributed.InitMethod("tcp://127.0.0.1:"+strconv.Itoa(l.Addr().(*net.TCPAddr).Port)),
		distributed.Rank(0), distributed.WorldSize(2), distributed.InitTimeout(5*time.Second))
	require.ErrorContains(t, err, "is in use on this machine")
}

func TestMasterOutOfReach(t *testing.T) {
	began := time.Now()
	_, err := distributed.Init(distributed.InitMethod("tcp://127.0.0.1:"+freePort(t)),
		distributed.Rank(1), distributed.WorldSize(2), distributed.InitTimeout(2*time.Second))
	require.ErrorContains(t, err, "rank 1 can't reach the store at 127.0.0.1")
	require.Less(t, time.Since(began), time.Minute)
}

func TestRanksThatDoNotCome(t *testing.T) {
	_, err := distributed.Init(distributed.InitMethod("tcp://127.0.0.1:"+freePort(t)),
		distributed.Rank(0), distributed.WorldSize(3), distributed.InitTimeout(time.Second))
	var missing *distributed.RankError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, []int{1, 2}, missing.Ranks)
}

func TestRanksThatDisagree(t *testing.T) {
	port := freePort(t)
	env := []string{"SCENE=" + nothing, "SCENE_TIMEOUT=1m", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port, "WORLD_SIZE=2"}
	a := beginOne(t, append(env, "RANK=0"))
	b := beginOne(t, append(env, "RANK=1", "WORLD_SIZE=3"))
	for _, r := range []*rank{a, b} {
		require.Error(t, r.wait(t, 2*time.Minute))
		require.Contains(t, r.err.String(), "rank 1 disagrees with rank 0 on the world: rank 1 has WORLD_SIZE 3, where rank 0 has WORLD_SIZE 2")
	}
}

func TestTwoOfOneRank(t *testing.T) {
	port := freePort(t)
	env := []string{"SCENE=" + nothing, "SCENE_TIMEOUT=2m", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port, "WORLD_SIZE=3"}
	beginOne(t, append(env, "RANK=0"))
	a, b := beginOne(t, append(env, "RANK=1")), beginOne(t, append(env, "RANK=1"))
	var err error
	var said *bytes.Buffer
	select { // which of them came second
	case err = <-a.ended:
		said = &a.err
	case err = <-b.ended:
		said = &b.err
	case <-time.After(time.Minute):
	}
	require.Error(t, err)
	require.Contains(t, said.String(), "another process has joined")
}
