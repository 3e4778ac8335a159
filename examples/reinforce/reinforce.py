"""REINFORCE (Williams, 1992) learns to balance a pole on a cart."""
import argparse
import math

import torch
import torch.nn as nn
import torch.optim as optim
from torch.distributions import Categorical


class CartPole:
    """The cart and pole of Barto, Sutton and Anderson (1983), with the numbers of OpenAI's Gym."""

    def reset(self):
        self.state = (torch.rand(4, dtype=torch.float64) * 0.1 - 0.05).tolist()
        return self.state

    def step(self, action):
        """Pushes the cart left (0) or right (1) for 20 ms; says where it is, and whether all is over."""
        x, speed, angle, spin = self.state
        cos, sin = math.cos(angle), math.sin(angle)
        force = 10.0 if action == 1 else -10.0
        push = (force + 0.05 * spin * spin * sin) / 1.1
        turn = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1))
        pull = push - 0.05 * turn * cos / 1.1
        self.state = [x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn]
        return self.state, abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.2094


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 128)
        self.dropout = nn.Dropout(0.6)
        self.fc2 = nn.Linear(128, 2)

    def forward(self, x):
        x = torch.relu(self.dropout(self.fc1(x)))
        return self.fc2(x)


def play(env, policy):
    """Plays once; the logarithm of each action's probability, of which the gradient is wanted."""
    state, log_probs, over = env.reset(), [], False
    while not over and len(log_probs) < 500:
        choice = Categorical(logits=policy(torch.tensor(state).unsqueeze(0)))
        action = choice.sample()
        log_probs.append(choice.log_prob(action))
        state, over = env.step(action.item())
    return log_probs


parser = argparse.ArgumentParser()
parser.add_argument("--episodes", type=int, default=500, help="games")
args = parser.parse_args()
torch.manual_seed(0)

env = CartPole()
policy = Policy()
optimizer = optim.Adam(policy.parameters(), lr=0.01)

mean = 10.0
for episode in range(args.episodes):
    log_probs = play(env, policy)
    mean = 0.05 * len(log_probs) + 0.95 * mean

    returns, total = [0.0] * len(log_probs), 0.0
    for t in reversed(range(len(log_probs))):
        total = 1.0 + 0.99 * total  # a reward of 1 for each step, the later ones count for less
        returns[t] = total
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-8)

    loss = (-torch.cat(log_probs) * returns).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if episode % (args.episodes // 20 + 1) == 0:
        print(f"episode {episode}: loss {loss.item():.9g}, {len(log_probs)} steps")
print(f"balanced for {mean:.9g} steps in the mean")
