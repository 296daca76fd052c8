/// NIST's vectors for GCM with keys of 256 bits (CAVS 14.0), in hexadecimal digits with breaks.
enum GCMVectors {
  struct Vector: Sendable {
    let key, nonce, plain, context, sealed, tag: String
  }

  static let genuine: [Vector] = [
    Vector(
      key: "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
      nonce: "516c33929df5a3284ff463d7",
      plain: "",
      context: "",
      sealed: "",
      tag: "bdc1ac884d332457a1d2664f168c76f0"),
    Vector(
      key: "78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223",
      nonce: "d79cf22d504cc793c3fb6c8a",
      plain: "",
      context: "b96baa8c1c75a671bfb2d08d06be5f36",
      sealed: "",
      tag: "3e5d486aa2e30b22e040b85723a06e76"),
    Vector(
      key: "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
      nonce: "0d18e06c7c725ac9e362e1ce",
      plain: "2db5168e932556f8089a0622981d017d",
      context: "",
      sealed: "fa4362189661d163fcd6a56d8bf0405a",
      tag: "d636ac1bbedd5cc3ee727dc2ab4a9489"),
    Vector(
      key: "92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b",
      nonce: "ac93a1a6145299bde902f21a",
      plain: "2d71bcfa914e4ac045b2aa60955fad24",
      context: "1e0889016f67601c8ebea4943bc23ad6",
      sealed: "8995ae2e6df3dbf96fac7b7137bae67f",
      tag: "eca5aa77d51d4a0a14d9c51e1da474ab"),
    Vector(
      key: "69b458f2644af9020463b40ee503cdf083d693815e2659051ae0d039e606a970",
      nonce: "8d1da8ab5f91ccd09205944b",
      plain: "f3e0e09224256bf21a83a5de8d",
      context: "036ad5e5494ef817a8af2f5828784a4bfedd1653",
      sealed: "c0a62d77e6031bfdc6b13ae217",
      tag: "a794a9aaee48cd92e47761bf1baff0af"),
    Vector(
      key: "148579a3cbca86d5520d66c0ec71ca5f7e41ba78e56dc6eebd566fed547fe691",
      nonce: "b08a5ea1927499c6ecbfd4e0",
      plain: """
        9d0b15fdf1bd595f91f8b3abc0f7dec927dfd4799935a1795d9ce00c9b879434420fe42c275a7cd7b39d638f
        b81ca52b49dc41
        """,
      context: """
        e4f963f015ffbb99ee3349bbaf7e8e8e6c2a71c230a48f9d59860a29091d2747e01a5ca572347e247d25f56b
        a7ae8e05cde2be3c97931292c02370208ecd097ef692687fecf2f419d3200162a6480a57dad408a0dfeb492e
        2c5d
        """,
      sealed: """
        2097e372950a5e9383c675e89eea1c314f999159f5611344b298cda45e62843716f215f82ee663919c64002a
        5c198d7878fd3f
        """,
      tag: "adbecdb0d5c2224d804d2886ff9a5760"),
    Vector(
      key: "dc776f0156c15d032623854b625c61868e5db84b7b6f9fbd3672f12f0025e0f6",
      nonce: "67130951c4a57f6ae7f13241",
      plain: "9378a727a5119595ad631b12a5a6bc8a91756ef09c8d6eaa2b718fe86876da20",
      context: """
        fd0920faeb7b212932280a009bac969145e5c316cf3922622c3705c3457c4e9f124b2076994323fbcfb523f8
        ed16d241
        """,
      sealed: "6d958c20870d401a3c1f7a0ac092c97774d451c09f7aae992a8841ff0ab9d60d",
      tag: "b876831b4ecd7242963b040aa45c4114"),
  ]

  /// What must not open: a tag, nonce, context or text of theirs was changed.
  static let forged: [Vector] = [
    Vector(
      key: "e5a8123f2e2e007d4e379ba114a2fb66e6613f57c72d4e4f024964053028a831",
      nonce: "51e43385bf533e168427e1ad",
      plain: "",
      context: "",
      sealed: "",
      tag: "38fe845c66e66bdd884c2aecafd280e6"),
    Vector(
      key: "2c392a5eb1a9c705371beda3a901c7c61dca4d93b4291de1dd0dd15ec11ffc45",
      nonce: "0723fb84a08f4ea09841f32a",
      plain: "",
      context: "140be561b6171eab942c486a94d33d43",
      sealed: "",
      tag: "aa0e1c9b57975bfc91aa137231977d2c"),
    Vector(
      key: "c0b46dc989a7bd45c15553e86a0bf206bf85a5222df1d5a7c8620ec8fa94cb95",
      nonce: "c140cffdba21d9226eca8284",
      plain: "",
      context: "410a4afa61dd30c2d687ba9cba18fe8a0cd37d58",
      sealed: "",
      tag: "54ba2bc9b8621d84e936c839c0de7118"),
    Vector(
      key: "8a7425bf862b2ea030c3c365a04a2d5bb537f317f091766743effc628d81bbf5",
      nonce: "d48dbe98ce2548c0e7bcd1e5",
      plain: "",
      context: """
        bb8c00e42e217118c9b86deb3663943cad0b256a40f74dfb3af36ea040b4ccaaadb507604dfd0e214419b9b3
        94802d9b
        """,
      sealed: "",
      tag: "9f83a8fd4146dc53909ddc4c09f50ba8"),
  ]
}
