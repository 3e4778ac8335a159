"""The multimodal tutorial's program in Python, repaired so that it runs.

Four repairs, each marked below: the image features are pooled to [N, 64], the
GRU's last hidden state is taken, words become vectors in an embedding, and the
Dataset carries the target. The data, which the tutorial leaves open, are made
up: each class has its own brightness and its own words.
"""
import hashlib
import sys

import torch
import torch.nn as nn
import torch.optim as optim


class ImageFeatureExtractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=1)

    def forward(self, x):
        x = self.cnn(x)
        return x.mean((2, 3))  # repair: [N, 64, H, W] -> [N, 64]


class TextFeatureExtractor(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, 100)  # repair: words -> vectors
        self.rnn = nn.GRU(100, 64, batch_first=True)

    def forward(self, x):
        x = self.embedding(x)
        _, hidden = self.rnn(x)
        return hidden[-1]  # repair: the last hidden state, [N, 64]


class MultiModalModel(nn.Module):
    def __init__(self, image_feature_extractor, text_feature_extractor):
        super().__init__()
        self.fusion_layer = nn.Linear(64 + 64, 128)
        self.output_layer = nn.Linear(128, 10)
        self.image_feature_extractor = image_feature_extractor
        self.text_feature_extractor = text_feature_extractor

    def forward(self, image, text):
        image_feature = self.image_feature_extractor(image)
        text_feature = self.text_feature_extractor(text)
        fusion_feature = self.fusion_layer(torch.cat((image_feature, text_feature), dim=1))
        output = self.output_layer(fusion_feature)
        return output


class Dataset(torch.utils.data.Dataset):
    def __init__(self, image, text, target):
        self.image = image
        self.text = text
        self.target = target  # repair: the class of each sample

    def __len__(self):
        return len(self.image)

    def __getitem__(self, index):
        return self.image[index], self.text[index], self.target[index]


def train_loop(model, dataloader, criterion, optimizer, device):
    model.train()
    for data in dataloader:
        image, text, target = data
        image = image.to(device)
        text = text.to(device)
        target = target.to(device)
        output = model(image, text)
        loss = criterion(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if verify:
            print("train loss", loss.item())


def test_loop(model, dataloader, criterion, device):
    model.eval()
    with torch.no_grad():
        for data in dataloader:
            image, text, target = data
            image = image.to(device)
            text = text.to(device)
            target = target.to(device)
            output = model(image, text)
            loss = criterion(output, target)
            print(loss)


WORDS = 100


def make_data(n):
    target = torch.randint(0, 10, (n,))
    image = torch.randn(n, 3, 32, 32) + target.view(-1, 1, 1, 1) * 0.1
    text = torch.randint(0, 50, (n, 16)) + target.view(-1, 1) * 5
    return image, text, target


verify = "--verify" in sys.argv  # print every loss, and a checksum of each weight
torch.manual_seed(0)

train_dataset = Dataset(*make_data(6400))
test_dataset = Dataset(*make_data(320))

train_loader = torch.utils.data.DataLoader(train_dataset, batch_size=32, shuffle=True)
test_loader = torch.utils.data.DataLoader(test_dataset, batch_size=32, shuffle=False)

image_feature_extractor = ImageFeatureExtractor()
text_feature_extractor = TextFeatureExtractor(WORDS)
model = MultiModalModel(image_feature_extractor, text_feature_extractor)

criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model.to(device)
train_loop(model, train_loader, criterion, optimizer, device)

test_loop(model, test_loader, criterion, device)

if verify:
    for name, value in model.state_dict().items():
        print(name, hashlib.sha256(value.cpu().numpy().tobytes()).hexdigest())
