package distributed

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"multitorch/distributed/internal/failure"
)

// InitConfig is what [Init] needs to know. A configuration is an option too.
type InitConfig struct {
	// InitMethod says where the processes find each other: "tcp://host:port", where rank 0 keeps the store, "file:///path"
	// in a folder that all see, or "env://", the default: MASTER_ADDR and MASTER_PORT.
	InitMethod InitMethod
	// Rank is which of the processes this is, from 0, and WorldSize how many there are; -1, the default, takes the
	// environment's RANK and WORLD_SIZE.
	Rank      Rank
	WorldSize WorldSize
	// Timeout is how long a collective may take: 30 minutes, as in PyTorch. The ranks that are there wait at most so long for
	// one that does not come to it.
	Timeout Timeout
	// InitTimeout is how long Init waits for all processes to come: 5 minutes.
	InitTimeout InitTimeout
	// Backend is what carries tensors: "gloo" those on the CPU alone; "nccl", or "cpu:gloo,cuda:nccl", also those on GPUs. The
	// default is PyTorch's, both where libtorch has NCCL and this machine a GPU for each of its ranks, and Gloo alone elsewhere.
	Backend Backend
	// Interface is the network interface that this process listens on, GLOO_SOCKET_IFNAME where it is empty; without either
	// it is that which leads to the store.
	Interface Interface
}

// The options of [Init].
type (
	Option interface{ configure(*InitConfig) }

	InitMethod  string
	Rank        int
	WorldSize   int
	Timeout     time.Duration
	InitTimeout time.Duration
	Backend     string
	Interface   string
)

func (v InitMethod) configure(c *InitConfig)  { c.InitMethod = v }
func (v Rank) configure(c *InitConfig)        { c.Rank = v }
func (v WorldSize) configure(c *InitConfig)   { c.WorldSize = v }
func (v Timeout) configure(c *InitConfig)     { c.Timeout = v }
func (v InitTimeout) configure(c *InitConfig) { c.InitTimeout = v }
func (v Backend) configure(c *InitConfig)     { c.Backend = v }
func (v Interface) configure(c *InitConfig)   { c.Interface = v }
func (v InitConfig) configure(c *InitConfig)  { *c = v }

// place is what a process is and where the others are: a checked InitConfig.
type place struct {
	rank, size, local    int
	timeout, initTimeout time.Duration
	nccl                 bool   // carries tensors on GPUs
	noNCCL               string // why not
	network              string
	file                 string // the file store's
	host                 string // the TCP store's
	port                 int
	agent                bool   // the TCP store is kept by whoever started the ranks
	attempt              string // the keys' prefix, where a store outlives a restart
}

// settle applies the options, and asks the environment for what they leave open.
func settle(opts []Option, getenv func(string) string) (*place, error) {
	c := InitConfig{Rank: -1, WorldSize: -1, Timeout: Timeout(30 * time.Minute), InitTimeout: InitTimeout(5 * time.Minute)}
	for _, o := range opts {
		if o == nil {
			return nil, errors.New("distributed: an option is nil")
		}
		o.configure(&c)
	}
	if c.Timeout <= 0 || c.InitTimeout <= 0 {
		return nil, fmt.Errorf("distributed: expected time-outs above 0, but got Timeout %v, InitTimeout %v",
			time.Duration(c.Timeout), time.Duration(c.InitTimeout))
	}
	env := environment{get: getenv}
	p := &place{timeout: time.Duration(c.Timeout), initTimeout: time.Duration(c.InitTimeout), network: string(c.Interface)}
	p.rank, p.size = env.number("RANK", int(c.Rank), "Rank"), env.number("WORLD_SIZE", int(c.WorldSize), "WorldSize")
	p.local = p.rank
	if getenv("LOCAL_RANK") != "" {
		p.local = env.number("LOCAL_RANK", -1, "")
	}
	if env.err != nil {
		return nil, env.err
	}
	if p.size < 1 || p.rank < 0 || p.rank >= p.size {
		return nil, fmt.Errorf("distributed: rank %d of a world of %d: expected RANK from 0 to WORLD_SIZE-1", p.rank, p.size)
	}
	if err := env.local(p); err != nil {
		return nil, err
	}
	if err := p.choose(c.Backend, env); err != nil {
		return nil, err
	}
	if p.network == "" {
		p.network = getenv("GLOO_SOCKET_IFNAME")
	}
	if p.network != "" {
		if _, err := net.InterfaceByName(p.network); err != nil {
			return nil, fmt.Errorf("distributed: the network interface %q (GLOO_SOCKET_IFNAME, or the option): %w", p.network, err)
		}
	}
	return p, p.meet(string(c.InitMethod), env)
}

// meet reads where the store is.
func (p *place) meet(method string, env environment) error {
	switch {
	case method == "" || method == "env://":
		p.host = env.get("MASTER_ADDR")
		if p.host == "" {
			return errors.New("distributed: MASTER_ADDR is not set: expected the address of rank 0's machine, as multitorch launch, torchrun " +
				"and schedulers set it; or give InitMethod")
		}
		p.port = env.number("MASTER_PORT", -1, "")
		p.agent = strings.EqualFold(env.get("TORCHELASTIC_USE_AGENT_STORE"), "true")
		if p.agent {
			p.attempt = failure.Attempt(env.get("TORCHELASTIC_RESTART_COUNT"))
		}
		if env.err == nil && (p.port < 1 || p.port > 65535) {
			return fmt.Errorf("distributed: MASTER_PORT=%s: expected a port, from 1 to 65535", env.get("MASTER_PORT"))
		}
		return env.err
	case strings.HasPrefix(method, "file://"):
		p.file = strings.TrimPrefix(method, "file://")
		if p.file == "" {
			return fmt.Errorf("distributed: InitMethod %q: expected the path of a file that is not there yet", method)
		}
		return nil
	}
	u, err := url.Parse(method)
	if err == nil && u.Scheme == "tcp" && u.Hostname() != "" {
		p.host = u.Hostname()
		if p.port, err = strconv.Atoi(u.Port()); err == nil && p.port > 0 && p.port <= 65535 {
			return nil
		}
	}
	return fmt.Errorf("distributed: InitMethod %q: expected env://, tcp://host:port or file:///path", method)
}

// environment reads variables, up to the first that is wrong.
type environment struct {
	get func(string) string
	err error
}

// number is a variable's, or given where that is not negative.
func (e *environment) number(name string, given int, option string) int {
	if given >= 0 || e.err != nil {
		return given
	}
	text := e.get(name)
	n, err := strconv.Atoi(text)
	switch {
	case text == "" && option != "":
		e.err = fmt.Errorf("distributed: %s is not set: expected what multitorch launch, torchrun and schedulers set; or give %s", name, option)
	case text == "":
		e.err = fmt.Errorf("distributed: %s is not set, though other variables of torchrun's are", name)
	case err != nil || n < 0:
		e.err = fmt.Errorf("distributed: %s=%q: expected a number from 0", name, text)
	}
	return n
}

// local finds what of LOCAL_RANK and LOCAL_WORLD_SIZE contradicts the rest.
func (e *environment) local(p *place) error {
	if p.local > p.rank {
		return fmt.Errorf("distributed: LOCAL_RANK=%d contradicts rank %d: the rank on a machine is at most the rank of all", p.local, p.rank)
	}
	if e.get("LOCAL_WORLD_SIZE") == "" {
		return nil
	}
	n := e.number("LOCAL_WORLD_SIZE", -1, "")
	switch {
	case e.err != nil:
		return e.err
	case n > p.size:
		return fmt.Errorf("distributed: LOCAL_WORLD_SIZE=%d contradicts a world of %d", n, p.size)
	case e.get("LOCAL_RANK") != "" && p.local >= n:
		return fmt.Errorf("distributed: LOCAL_RANK=%d contradicts LOCAL_WORLD_SIZE=%d: expected less", p.local, n)
	}
	return nil
}
