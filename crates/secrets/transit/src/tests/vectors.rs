//! Keys, signatures and ciphertexts made with OpenSSL 3, and digests of Python's hashlib: what another implementation made has to
//! verify and open here.

use crate::{Hash, KeyType};

/// What is signed, hashed and encrypted throughout.
pub(super) const MESSAGE: &[u8] = b"the quick brown fox";

/// A PKCS#8 document and its public half.
pub(super) struct Pair {
    pub(super) kind: KeyType,
    pub(super) secret: &'static str,
    pub(super) public: &'static str,
}

pub(super) const PAIRS: [Pair; 5] = [
    Pair {
        kind: KeyType::EcdsaP256,
        secret: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMbaQ+sTyJRsFslxomcHDZ80SjqY4jtCwi0rEq4/3gf6hRANCAARW33JbJrXdsJ3q7hh+ezQiYi7wmS+7sU5LZSDUhip8CYgxMFOPV78IFZoTpJhNKC7AZyGOCFoV6sot5ONT3ple",
        public: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVt9yWya13bCd6u4Yfns0ImIu8Jkvu7FOS2Ug1IYqfAmIMTBTj1e/CBWaE6SYTSguwGchjghaFerKLeTjU96ZXg==",
    },
    Pair {
        kind: KeyType::EcdsaP384,
        secret: "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCtRihWyYreu0ssWrwH6K6nAHIuhKLdGbdY7W6M+VTyQ9L2hMG1YIwkAWM6/P64yrmhZANiAASeASJPo9opr+aGc4Yya86n+nttuY+ReqNvax9ZFwC9ZRnYPMwwlO7va7tXjCPa2pZ5cq7NHhA1OMAXr/8fR5aTtX8q4sZ4uQdMNa8H6xS3a0usdyV1nmNerehkQO1bPKY=",
        public: "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEngEiT6PaKa/mhnOGMmvOp/p7bbmPkXqjb2sfWRcAvWUZ2DzMMJTu72u7V4wj2tqWeXKuzR4QNTjAF6//H0eWk7V/KuLGeLkHTDWvB+sUt2tLrHcldZ5jXq3oZEDtWzym",
    },
    Pair {
        kind: KeyType::EcdsaP521,
        secret: "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIB03VQa0shgQVQmPRuTnM8E7phVj1EWGtAKx9UW+7Ex02izcYEOtsqGcaRCFgV6ES4SGHPmvVtCaWJ+p0kDiQhgnihgYkDgYYABACVz3o/vMQ3VsnG1Yx3SBiWZiU5i1lCQkPUIafq0RpbfPK25FhGNkH5e3NGQM5Rl1hJdYexYBNmAtSGdDcE4VRIhACGeZaL/L/dCEmsJuxFB9MGB3BBC/6TSjdQ8J/y7JoXhhTd6CnI0R91c69ID2EYRIsNiFhYrky1g2bZezWLc+BKIg==",
        public: "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAlc96P7zEN1bJxtWMd0gYlmYlOYtZQkJD1CGn6tEaW3zytuRYRjZB+XtzRkDOUZdYSXWHsWATZgLUhnQ3BOFUSIQAhnmWi/y/3QhJrCbsRQfTBgdwQQv+k0o3UPCf8uyaF4YU3egpyNEfdXOvSA9hGESLDYhYWK5MtYNm2Xs1i3PgSiI=",
    },
    Pair {
        kind: KeyType::Rsa2048,
        secret: "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCzFPuNCYcilCUjEoad325wcr9Q6eFVYEqPSMYv/87TjRH+/Ovj95J1aLTpIzGzQPaaNBHlI/X+88+xxhXAQTdw63+btbm4sHeEx53grRJ+Dfc3wqrV/Y4340u7Z/XA6Uwa7rkMZuFlRiFQUIy+/HiWlK9HUTAU1JQQhJQNplnev5YlG2VO6fVJePe15M/Jf9LMAj6kJMinz3ZJDuFiWBoRaXNwdbBgV4Vw5+W32ygZBj6BjspoQ4hw1qfYnhL5VL3tJEblM+uQyKr6im7y+CBzbLNH/Hu+CChRaDhAROu6nUdOIfgmOWy3OAkLh7bKqs+rh1tQGzfHUpJLICOVH/AvAgMBAAECggEABq6yQk2INuCbUCc5UbvMJbMKc4z+pQ5uSdF338OmZpt9f+vVK5EJ7IqnMYnoKV2ztgZaYpgIbmaPqf0Pw7hLRtHq1Zce4obnNtOyDve2WHDR+Ekx0cFf5LL9GPWkpHmwJtMgoZdXMs2+oX4X+mp2X3wV3E3pwuU5zzH7SlUaRmcEwwICqbzLaIVkbKe8/grw3ruegVxvbvFWbbuXlpfzA2sIpOzp1ToT6bSkWRgXz7soczGIeytdbKkRukLTwwhoOAhRqWVMWHTZGsFbwBXWCv0zfy7zhw2iExilhyaqxzkYZh5fmdjPj2Y5KFacQnpaTD7i11N0B6bf36zf6+lx/QKBgQDj8PGwKVBZCE2Ho6F8zja25rRP6Cg74BF0piFS81g6pwX2pA8wXua/MQX3xB/WeWYqHcvNxi91X7tb43CZu8B4Z2ZZcVAzIZx7IDInc9zjNZpV4vWJXIdHYslO4VO9amMX+8JyylzGnPHKjtytDzrpKps8DRYMzYTMSrFK7XvBVQKBgQDJIFl6IfDLlxUKoSMRDgfZTLs/f6S+QVq6mi9QwaRekNq2voYjqU689JxCChZm8ds0wIMCAMeKxKMUwXV+EhDr68AoayccRji+DXxk3aARPbEGanndmduf5ol9uf6+oQ4Z1uypZhPg3BBGR4OQB6+s3abC25BAyn9dKEp1ixO7cwKBgQC8xlsjTdPhKGMtJnMjbZUavM4wL1DC5bsPJFcM38P+Lz1dGloJ8U6goPUUUTUc5sWZs7uJ28yKJJKCc0ZZy4iHLvswsAt/jSKPRgbDbc1NzqLW5nP7IspWcJXP4gT8JhOTVUmgz78uLeSBoPdZy/c6C7MsdJoCWGLW3jUenLeVUQKBgQCz74Udhw/ulJP2loLQ10SeW8+J16CDteR93UNHdHahQ+boZzuK3AXddtn1GyE/qFD8uN58BEaBF7ru7sU2rOMGrjuT7Yln+kr5fQc1FjIGOrMNkmTEpMmgHJgVKzmFQoFjDK1eQDy4hyjoN0K0sKuyc/qlidlcnc2kgk9bKbnVkQKBgEkkzhRCsvVgptnzZyhSnvhyLFRaOlT7jEf/Y7NGSJZVUG07c93NFOkyUKml9mzCI+S0uW/ecnTf8AZZpA4jCi9LxXsN2pRSiGBUObPQDuwAnY3FK/30558sQyce+zhT17GMBLnpXFEPWP2IdTrQSzYnXzpe8wS9qUL6bmWDE8sn",
        public: "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsxT7jQmHIpQlIxKGnd9ucHK/UOnhVWBKj0jGL//O040R/vzr4/eSdWi06SMxs0D2mjQR5SP1/vPPscYVwEE3cOt/m7W5uLB3hMed4K0Sfg33N8Kq1f2ON+NLu2f1wOlMGu65DGbhZUYhUFCMvvx4lpSvR1EwFNSUEISUDaZZ3r+WJRtlTun1SXj3teTPyX/SzAI+pCTIp892SQ7hYlgaEWlzcHWwYFeFcOflt9soGQY+gY7KaEOIcNan2J4S+VS97SRG5TPrkMiq+opu8vggc2yzR/x7vggoUWg4QETrup1HTiH4JjlstzgJC4e2yqrPq4dbUBs3x1KSSyAjlR/wLwIDAQAB",
    },
    Pair {
        kind: KeyType::Rsa3072,
        secret: "MIIG/AIBADANBgkqhkiG9w0BAQEFAASCBuYwggbiAgEAAoIBgQDAC+IqsEMlSwk6zLx6zg+6SWypJG+/roFqP9CIO/mxb3RUKsr30fvDV7PqL2019SSMrkHDmu7t9c7gTsEiEG0q8JkCEjMadB2Wf7Kcn8ZXtbSeO1JPwXqH+XwwF0KPpERPWNwrmzzhDpdUAkaXbTseej081bfBVLAYd/e35lH3L30rVy/talmCsl6sEiVQnlgpTAztoL2H8Hw+rOrtVJW2bY3LUC9LYW+lT9XFyl8x6QQzA3fqsk4CIuCwo67nGOrvnReGzIyQs15LvKMLSKQPGdQKARatKQV+KDWrh9fcOiT8yMdSIvnhtn3RQDmkvZSjd8GsP8AJThVa7MNrrS9I61wNuX/bQemfcAih6E4g8LILRZMGLEQzGqBcujxiXhHsIHq+RfNtUmxH/bSPJlbYFikPQBQHq/jU7ow0RQyQ97pwmeIJJCcQjyGhuC+qCg7otddCxUCbWJDyPw/sHwXZ/4g0XDB0MFRdDIkxZOca0/B3B3LHPXqdLgJMhSjIOdcCAwEAAQKCAYAIJaINg7JNhRC+q8LzdCpGNlcMz0zTvmBaGS46KnLkxXMBHsh56+d4y8aafnvayFm78TsYjW6y9uJ+DIk9pOrkqsy0CyV3IeXDuAqtOG/3rUsvCvXqddH5G71ICdpIzPr1KnuonQ8WdV1chRB7JVSgEnAvnZCMRSMZ3qIltkGvenHC/f9hJaUwmdj2K1YKVyMHBy6KFCZhoCnhu6TnbY33f71HiGNcqxK5EPS+uzr/m2Tt2oR1BMD63KYPY7WsafMNZmnlPnQAjkbHSA4We9+HNCFwi0pSIdW+LnFyrsoHvpUdVNTECGAZ1EfCp9l3atE5XIpZxxPYuKB6YaMgPeRwm8Za3evHETp5P8I1qc+XNKW9p0cYCZQSE3YOb0mWVuY0GbpR3kpwnfjv6ZcogwQLNdfN5belB9fqyItTYzRaSAmAjRANErTfixa6cjeJXT7mZVmDPcqhZ6h1Z5gLsx2eAN/UP6aVDT6QpK8WycqyKF9xn3a0BfIlPJXAJyAFAd0CgcEA+4OczT51dD0VsJrpl6fXWj/ukJJU4xgQtGeihqFqiLpl9TtsjIxjHGZE7DwqGwqK8W7LCs0b3LRgHRR9Ou6FQEBCIuGB0eRyekAdEDQiVKhQvEhZQuqTjd/XgyZnD4fw2wSHg64o04P82F3V0IhjhZG718LiLup9OBrDfN6dfnJOJxKBfeycnTplcKz+x95P/tvmV+vTBWkYGI6dx8HblOEflwPtXV3o/hy6NKP4MM6z4kqaDTMuxBUlmF8qWreTAoHBAMN4v2NlXlwmDUTL5hzzyBocTHLpzphw3/NLtS6gIZneu3quuW9sBdvRZQNVK9dBrpEL2db6kKwFUtxZPl5FCy8Xd/1ThDeCZ7etUPFCqqfDuaTe/oo3pmdh4TbmqBMebVkRn/XuXRFhHM42sHqAddSVQzuZBLzo1PGwPO07Fqa57ZdbKcHgCaDeIA4LpXfR1sTJQ3A0ZPip8fEhuJaoqs7nKdMzKBQA0QzAumPz2sKQk3iny9LckDuiMWGtNaFXLQKBwC6QNiZVSt9jM7HHbDmUbC0cKul+/dIxMV6E1TUBizyW7atR/g2jK/IlCNuHY/Avqnt6HIL6aA8bIbQgh/KyF99GRjg48ZTPK1ZwqjDGxhhQNOo2prfZv8mDSF3SbUAV1cRmeUQqqQpHpDbWYHBD39DpoxIV1VQEO3x4j/p9KEExnkBjj6+lb3U4S3FpxZ1xDfRL98ANO7sDst9Q/+rse997MiL+KiKf8TOiU+LM/HTkv67ESvLop97LX3NvIuM6mwKBwB2QTaIC2tqlBqy5CfynAkSwsv9OTWjQ6Y4qjSSYI3zaKxDLDFDFzb0JVnXCk/bigDx/xlq1WtwpkfaxqLUpTB+7NPKjhwO+PWGSXQOgSZ9GAvXkpCrTb9+C9kUPbaw2leM6vy669miCf5DQxLBCbY/RY3HIGudXb51+Qji/DxX4WO7jYtVnxQ0Hi2GUcVpF6m2o4wI9amgRi/4kU36109+nJrRCsHUWCogbPhWP9C4pH6TH/BPQOCBMz5suT0YvoQKBwD0EUKvfj3UiwetRgdyqsi9n6cLPI6wjTUEDielyI/3sWQ34phkfIy6BJCIpUNLQYymhHFlrRgSRU6UvdONWckY8Pp5z/A4KK57M9aFeEpV05De/qlX2Nmdiy649ooKsfYyTGO0XMddq+eZsCbbySCnyuLX7hhLFc+P4UzFClSYqiOYn7rsoXHo1EmMpNyt+W64QYpVaL54Imo8N4JBIcgKrmJkwqYTDWJrR73uUk12wYCpTq5Ly4bNNsOo6YvBRzg==",
        public: "MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAwAviKrBDJUsJOsy8es4PuklsqSRvv66Baj/QiDv5sW90VCrK99H7w1ez6i9tNfUkjK5Bw5ru7fXO4E7BIhBtKvCZAhIzGnQdln+ynJ/GV7W0njtST8F6h/l8MBdCj6RET1jcK5s84Q6XVAJGl207Hno9PNW3wVSwGHf3t+ZR9y99K1cv7WpZgrJerBIlUJ5YKUwM7aC9h/B8Pqzq7VSVtm2Ny1AvS2FvpU/VxcpfMekEMwN36rJOAiLgsKOu5xjq750XhsyMkLNeS7yjC0ikDxnUCgEWrSkFfig1q4fX3Dok/MjHUiL54bZ90UA5pL2Uo3fBrD/ACU4VWuzDa60vSOtcDbl/20Hpn3AIoehOIPCyC0WTBixEMxqgXLo8Yl4R7CB6vkXzbVJsR/20jyZW2BYpD0AUB6v41O6MNEUMkPe6cJniCSQnEI8hobgvqgoO6LXXQsVAm1iQ8j8P7B8F2f+INFwwdDBUXQyJMWTnGtPwdwdyxz16nS4CTIUoyDnXAgMBAAE=",
    },
];

/// ECDSA signatures in DER.
pub(super) const ECDSA: &[(KeyType, Hash, &str)] = &[
    (
        KeyType::EcdsaP256,
        Hash::Sha1,
        "MEQCIDCz00yA+nhzulp3etblC1fGBB1VmzWOSv9y3Oa+t9CQAiBhZPUeaN5HeYmvhFCl6iu/nws6GAruC5xrXFkASoa+yQ==",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_224,
        "MEQCIHYSylH4YOoW7FdtmjlHrg7SkyfClFVZgFziOC4VI77RAiB+8PRxRvq01u2bcfyAZKZKBwd1GZEWk8oAW//6cxZS2Q==",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_256,
        "MEUCIGst7orghIwl4zRwzzjVWO/xRacA0S7c2sxzPURrJ9wzAiEAnTEuJLHqzP69ogsUK4UwsLLsU5VFmf06TQImLABOlho=",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_384,
        "MEUCIQDG3AG2PK6fO5UFFQjcLA5j4xn6oX+aACKVWWQ4kv7eRAIgbStInCbeJUtky1W+ZCowfVRl1q2yhoIaAg3zQLm37bc=",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_512,
        "MEUCID8Lq7dldOtPvRTPEadUrn4dK+OQzglp3QJeyW8HSOHmAiEAiv0ZB+/fvt2Voa0PJ2EIYn4n0g6UOSstKZX7StFxL6M=",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha3_256,
        "MEYCIQDgPGTtxfoiiCdHOzdkG7wjx7ftrQuQRPtGEPet1bJWDwIhAI8U3G6ZykxuNPj7e5MnGaiWqu+AqT9MFrOcBgCX+nJG",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha3_384,
        "MEYCIQDQwjRWwyhm9LNssvu8iRuBpr/E5eIoAM4NZjdo4vkj9QIhAO6vhdyfBObKKBfXpZTVw5sj6ec1Mb3pH7/UW5uSQOMr",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha3_512,
        "MEUCIGLSnk1jYwvlAOFuiH1Lif89WSMQeJ7sREXcYJ8UjFgGAiEA2r/76NrGimOCMU4FmVXDWAqMEA5XBjwVR3QvyspNjjc=",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha1,
        "MGUCMBM3pxqgwpnjogU03WLtbtlmUF+9TVFGynWOneyN9SPhG23s+eaPJBeOBhaVQxXQ4gIxAMzHucS7zWiAbpUIUosKkxTtETCChf6Yt7DPatLDrJVICmIz/XYcbSfVIdaUX71JTw==",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_224,
        "MGQCMBGnZAMW5SN7B1TyfmVT9V8SCjfalQU6fs0cgM60XTeOxfxI/99sY3jbhwbL8U4BJwIwZrYOy6L9VlNuLlxM+iKk69r3vi7QOXiwjB1at42accFNl+kvEg1g9fSrJjOYbUrY",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_256,
        "MGUCMQDOItQtHL46ICdkiLbAWl+IAtP38LWeJIRyBeoedpgn954LLwfElbyAD/BT979LITwCMEfzXDseOT9M4bEs9UjxTjGMtOdDNUqCuq99mm3USHRgn2wnVurHy64A2RD4dTm5kQ==",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_384,
        "MGQCMEGaTt5h6mn8nOkEXB0A7MtEgk7vBMu2t3L/9NZeCKxsPqvZacaFNLGhBi3dz/S1kgIwbDhhSLltGaxXvqWJ22lRIXVaGKHwuXGy/3fVCVSiSie+hpvCNu/i3ChUzgO1Ut1V",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_512,
        "MGQCMCWkTt2HjiquHLgcSw6VLf891+MXv0fmRQuarOz7Pim44f4uRpAL1g4qXF9VEgJn1wIwcLOM/Un8CpxMSHQZ3bbDwnDQgMe5UsFvFobBH5af2X8X5FXgtgKXCUfYdlbRoWkK",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha3_256,
        "MGQCMEmj+rh1+nx/BI2eosRVHUeamLbTSJvEA2yndTDuV+JxstM35BlZCe2hn2qyuB9CmQIwChUgCBoJGxFLVuYn2O6EH28aZQ/b3sR2TMcbCApB+5kZ1aPUOE77HLjl6aI+WTEa",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha3_384,
        "MGYCMQCYPLgzv11STbBvGnBqnMbA8ASgfF6Ewpegqhi1XJQens0D9abc1BkKwaryYmuXst0CMQD2jAOEqKSI7BVSyzudwEVy86NGyZc3ViUNJi4o1vhWlFVTjzKlgFDMB4xkT+nftu4=",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha3_512,
        "MGUCMFylKkn1EUdKTFuWH70gSivZJPyXwtmJgnGHPUAX62aI2gJyNQKrBtxkFcgnMoifuwIxAPyi7QrLe1+4MyxDqw2/tafpXq/1U6dotif5vJxsGtBQ8PYUYJza3DtukP95yeDdyg==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha1,
        "MIGHAkIBR4H6a/lbUWkia1C8bAuX8Q6An+AWJDNlWVY3C35/uUWT9v4DI5qpAarpxvKpWV4uvXpUzxlMOLubOQvI6xHxA0wCQWq1DvuErSXNmGjOd3JtALtBGi2Hj8Zl+GFL6PdtLPVR8NGR9Fa0mfcqyBdKVgVDyBu8XIEKP+YuLi58rRI9U7pb",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_224,
        "MIGGAkF1KLXUQbt8cfceqhO+wqxP/kF/b328y0BvRbOIppbT9u0Gty16Xu+vynDAbm9DhdbpJwtZEUiR2t+YHf4+CMgFKAJBWtlWgOBYJUGR7+7p9saImQSE6EleHDgeud7QbBgWyzxRL7U/ycErbpl3V+7GwHXPV7rcTDvXybfE2vND0/eaVLk=",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_256,
        "MIGIAkIA+e9ydBILmACQrP5rSQWBcEmsT2ZaHEL3IQm0AuF+b1St5DD0u+4weGORa7w2hmenjSFH4OW+pMQuoI8xOXQzNgMCQgGxX64JUIyRdP2940bZ05FugiSwklA1+eF/Gp/0sR3m66tSiAMz7YzPTXLrufYUufJVt7EXN+vyRED/ixDKlE69/A==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_384,
        "MIGIAkIBerTs8FRCnDF5psnSejyaPvEC+W15SIiYWySbeC0UHqDaxd5SAI+X7rO+jHN5vvrIOzt/dH9bA9Nerg/PahNtEMICQgF49BHO/QuE0SFz0iyqO4xxbvI2PDQmMGFjvBaS6CxjwNH1TLx37bVhbW3NhZsccCdrjsBDA9bBSpE030HqVl0QMA==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_512,
        "MIGIAkIBb25IrbcWjnm1LhsN1vFGNMjcHz66CnAzgtp4HdYfXQM1qOD9PinmqSq5hXjX3DvqtkCSNQ7EkngPCmkMczFTS0kCQgGNX73IFSejTGcFNcJiuhUlcADZmf6vZsjdkZjnOS3lJpDIG1Bk9uRouLWlbAk7Yl915G5JmZyD7AxJXz9wmovsxw==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha3_256,
        "MIGIAkIAwuLE+7fVbvt6G0WNRE25h62Y1UgGWxQFQa1BEHslWcRiW+EV7DNTkNOtqoHTMrHtatxu4cQqosS6HuQD54Dc8JICQgDz7hQTgxRIjGUXwOpvn0cC5EJMhpIfATOYhEEZlkgW6JfJqdTF605YHI4leitfHqtWXivn8lmEPoR7506TkUmWXw==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha3_384,
        "MIGIAkIAsSchkANKi8QT5M/+yscyoJwhz62/AhbWAXbKdAX8qSy2fpmCJuYT49Pt8kd+7jHztZWTZei+03WwW8EmXfQW4uUCQgEc6JlBjx8Ll1SwFEJ0L3tXiGyLcp9PMJ2Eu15B+Rzf3Z8NM4Ej4nmZqZTe0EQihDr5ktebKK2GmgF0yNPRE7g14w==",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha3_512,
        "MIGHAkFpZoBA+b1WrEv6Gdb711qxPAgQqHJHzrvYrOomfaYshJ6f9C6ZGzqDcOUeijlg7aBLvLrt0BLerPjRB+lSDHMbIgJCAQwoC8ik2ybWti63gGWT9pO+yoWn15l7IfCKhN66B0kq6kbvjO8wXn9yraZbpaLCzAWBROxnXA4wQz5lubVkANLt",
    ),
];

/// ECDSA signatures as two numbers of fixed length.
pub(super) const ECDSA_JWS: &[(KeyType, Hash, &str)] = &[
    (
        KeyType::EcdsaP256,
        Hash::Sha2_256,
        "_d8jK5EyG-ccmLol_nFfciBRu_VkmXhwVN7y-rSBAhPRB75_5lhCNp7axJkNiJC0xMuJAWzRQMXaw5K3YQuTaA",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_384,
        "Q8kyQPKmBaZpHc80I53g9VCyZnkP2FwAPF0vz4cWaMELQC3rpG_H2hwoyGgVZo1Er7RlfzbjLvgpgD1FMQMcQw",
    ),
    (
        KeyType::EcdsaP256,
        Hash::Sha2_512,
        "EFM3jetK7Zp4YqhtNGEZFEyeM3DPSdo6JrYYKlPQJVztzkrh372esPJaNeaxR6nXyCV1MSFYJkbZ4Mz5hI1DMQ",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_256,
        "N8w4ZhMTjF0olEA22fA3vVNB1wZG2FgwsSiIZaIVSvGpWs4chm5gIupTFU4x-4vOQVQTIsVebxsMDFAfvloJn5yFDeSqUeR0ReLHcMH52ON9g4FP4zvAL-UqxAIuPlZF",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_384,
        "vtHLyPCZdAt0_quG70IAoTzDy9smNr7MqLegYHbw2ZObaGQhITLvTCmi2fChDJYFl_8QSUzpUsBPYi9TP2crHClZraRZCX3xMP96R9_2i3lDQILUBtKLm_QFpC0pnoP-",
    ),
    (
        KeyType::EcdsaP384,
        Hash::Sha2_512,
        "_qXldk8lQQcasa5-tQi0HpqpYwfFHBcQnkE2OStV5-ZXgTdEqkEgxy5E320_CvVm8YsfCsMeQnGHgIMD3FSMN5X1_wdQvkSOlMkWKtnHWioqXE9DSIeXsl-u7XgizAzw",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_256,
        "AHRnu6KZXlSINhvaPzs2AOoPG594DpxIMMc6p6GmGcd0ATyI4OVa_7E9ggFHASvxm_UvFhNAOMK9lR50clYTYQQ8AVS5LpU_UUQa652W7YXXGnosDhkaFhiJvJLrCp3bDeqbgjyJw13fgnWRWF-QdmllAOPjecnj5n5EcZ5O-v2NIisF",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_384,
        "AZoVWtp7hLMVhB9LTUrhh919CmOoaT7pEsnqsLGd8yS4bdZfU5w6ZEZzIpv1MNbshBUywnH0ju26D4KFLt0TnQgyAJDyw9rWu2fGg74q0TxudiHmOMBGy1X2_Tdnm0m5KuJRiFTLzSxEAzhzdifNfQQUJubcCIPF8l--agPIaviyZ00q",
    ),
    (
        KeyType::EcdsaP521,
        Hash::Sha2_512,
        "AFZ1O3eHeT7Ef1C1Ur3BwIfyAq3hyPR4VC7n2GFS3syFOwfDuU7F0Vp5FQE8mulrZC-8ChBzu1hGIblK-6e9nX-JAZd8YOPcL7Q456ETkOf182sAc_ttiwzklOXkYKm9K-eUW10GtOWkHkZeQCtqpUswreHAVrJAp_EqzsFmGkyOTHRT",
    ),
];

/// PKCS #1 v1.5 signatures.
pub(super) const PKCS1: &[(KeyType, Hash, &str)] = &[
    (
        KeyType::Rsa2048,
        Hash::Sha1,
        "Ar7Sax4LU2zoGvrvqjzEe20kUId8bbfPoiKNOeWn7VEYGNJql1qLe8OAC1oyHUDVCTn8WLqpH3GCiheLl8PdZcVGA59xqoCre/zzKUTnqtXw12pQEgVaVEcY0FriayJpI7Cs+8ttwnzW4Tb9tgUOaqzJIvD84JaRz1/S3/iCE56FUBhuyHxOp7rIgyKygfSQEryUX68P/1WmaC8yQRVmzb+7TAuUM513qJ87zJg/vZuicaJccSqCVgKkrriAjTSMMqKjU0Hlm59Qixi1LoGTUOwBI51yHIWEyIlQQsIWPOhi4GOSzVUaB8t65WPdgI0CjKwIZPorF2oMm5Ny8bLXMw==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_256,
        "BxMNB/YCpNw9ixh5fR//tWudfdV2FmP7v5d1KE03LY5g5WMnobqqFA5FY7SFyVNGDvfeeL8CnR/UuJgKUUUie0kx9SDtkQaCGnDv7ZklznTLz5n4Z1Koq5lDzuirhUgIy4/8sQNj8zLLXpMV7kp01shkO/TPQ4ME9NYGQ5Ls6HPmspfPjBEGvZJEb8UNviXPnQY1mg2Sohj5H4bBWiM3U9TaqQYfJvcT+7TDjnZO5CuysSF4BQVWQMXAqKvwuDiI2giqK1oJJ5TEuBAu9W7+3+3+lpQqmcM6RgWGih4CQTdeTFks0Xx56n2cBKLwK93G5wY6BAZLeQsV87b5li8+8Q==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_384,
        "Kz7nNzuQG3UrjD1ORSfylnNdkpU+gUdLwU/1e1qGtiiAnO6kynnpYus7kuCvwn1Ua3TrPuM7JR5NEnTLVM6LQND8hYFvusEINPP0nvnJfveY3JKS8wI3xzi/Q+5ZdCq7xB1LpGojO7flZL6X/4lkSC/JYp7xao3Yjx5K3qjx8SSMRzPkzo62xfmYLmSxM9At8Z6cCtbmq/xFd8z7p+XcbH43/5YFNpio993FE7bYblQJ5tg6RFa68ZJ3NIW2U6Ti1e04Jomg5aFf0va5j77sWCkhTlXiCI9jWoly4qdi33N4VBTh7SNeoaQeud4cnLhcvZGKK2LLbe50G5IFeGk2Xw==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_512,
        "avfBHZ4kbJfPVlPxAbSkU7mS6VS09yPpE7n5UG9X5QKj8Kdc+57nXM/3Qsf9mHGvBQ2DPDZ2/TzpiL+Z/lLWEIfOXDdWlROGoVNGcwWDGyJscFVr4GbxTYQxn2NZiSDAuw+Q7IJEqXo1mQUsdSzlyjysXHEmTOORJi3hmny6HSYvt8CryXxb4zup63ubzhH0VHFMIQMlwcpLj7+Q8fKo9DF6A45Qn86slw3lTFz99BzdpH4D0szx6tJbOp6G1Y7HqdInjCZf1KbQxOQJfqIfIK9S1UCC1XXaDIbi4wyB0rgp33vFKIEY9+tcNRP0sS4RFXToq5icM7awtY7xaXPQFQ==",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha1,
        "SEZ9oIVdsPISEe9Ss+QAvZwbv+YnrvHf0cV5BZ2MOACjiLHDf/6Xe4I8KKeV32EcRAsDL6Iu3x6ISbKaV7qLXiI5qBTZEXyH8lRSm1XQGeghojWY5Zez+rT7s3KUCD2DpSN1JqrKDbJjWkD6wJafeIpiksmQSAVk0EAk8ZzR8OwqWoySmyKN3ofTRxX7cj1yR/cnL5Xuo+qeRN46rBi9IF71wThHyIzqvRovfFjsSh6rw+oGxHr+Q/jxHtWbdz5zFgjChv6i0V+YlY5XpGyKRnXd8tAfdIT0UKyRffcVOOjf8q8d4ggHze1/V0xnwiZtE8sUotW2nHFP1tHjuPM+hc/PGAb1aovxyUd2rEhny8MsGgf2vB3qoV0B3PXXdPkKWLGdUgnoNvT5iL78tZIGJ5unwa72GgUeDI6RDkFBooQAvAs6RTEgGbJKFJOHWxPdgkWpflCL482wz8Cn2BsT+NvvANe9wizTBaQMK0NZMB7Hkown+jGQ39Ia0XlJvXLi",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_256,
        "A58d/IrHm5g3bu+g/HANDwu7fxv+3RvSJgY1+bDqPO1dx7/Y00eWX7alLykj7aTd7ANg6zjgNFr/36yLpirdguRW2ReTI+tMcYThI9wyWDZ42fOQvtmtMBnryTwrJYiSAruXOECO8mWJgJP0xAw/dRPyPjiuRBC6eycyV1umrSKi/m6Bbd9TOg4GrjRXNnk8gs1muZgVko+X2DD8hKQC2mtcjec0Hu8VB376TuDUf6BgI7aL5yxuXU0yuM8AkPbdqoN5yMyY4IedNhFxWMa+DIPevIKaaAn6AvV32TpwF6GmGXqNBX98/k5eask8pW0BU3b9XIzfyNWtLXYzjPLIe8O8OSVV3zqZNFqVZHkuX0nA4YW7fdrTTMUMDhqZl889shyokp6zuy8W2R56ISY1wOR9TfNkgql1ptjo/FtsN4geKvej/qG4kdhgNg24v5pCdty3GyWL910SLVn1pRwjne/tVmisJnnGf4phpZMRQcgcacBkjlAVApjT5+GM6UNJ",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_384,
        "JnhersBwPKN+Nuwpd87YOTk0xmVVSjIwwmPqLEb4CwIL1O9UzUwFdnuaMNrBq05wFoKK4KEpKqKvd6BGcssRMyKjpP300/6IxohWlmQ7+G25HqfrMVm672Y7YXGmPRStaU0qjhGOI0SUfUx2ofKrR4hGyoIHQ8v89q8A5GjURVcVH0YlBiMRl0wyD6wbiHnVjRZw2ksxfU7M5E5LkgG09qNW7Lx/uCE/PqKtyJYK+gAJbPaULV/Zol//XkLcd50um289f7krg4aILXfS9QQvFieWyTJYpLpHAT69LeUvSNEc5AbjyPoGxFdGm6YGSN8ABLD5/LZmdfOV8PS20U4RzFxa30aMniWpcheuYSyfdaZCYDh5lBVzb3FgodnYSkyVrCOxv9luGfhspSOEqnXKf+g6I8xtGnDWIcS/SHb2i6H+mamtmeDXcwxiGzQfSDnUledmzpkq3eq9gxvUKqkk6g65BuNgz+X29Zf+UEagw6G2SfB+cnvzQcwoEdawEI1d",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_512,
        "HZFDREpkr9cS9jGiAcaYPlnuhKil91F9RU2s4Nktv2dZgT148qIy6tx1/pw3In5Q6/Kg3X1FeHWcGy+LDJA1fsZxTGjjRPrIRvOxen3yY4z+ymwVYrxBh9Fx4mWMC4FwmMXBlwFQ1reaqldbwB3U8RLO61FLvnZElswtU8wmvqIwX95UDC0aZ+ARvnApByeILG1hA92d9k5A3/V1QxkNI8cZP2XUComG7H7tFu8KKIjiPxaVIITirSU4sdr8bJqh0TNxOu8blY2B680AUHQmRfTbK/zIDc+FAHlYr68mj+3Y6yDPHMz4G768BVPWppn244Yn+dq76HAYiVHFLI5keoQ9yPudk9ddtPJ2hEVsfrMfXg5HTVJhKFbnkH7b3jmz0UF+zL2F6g2tp0GaGk9ORcxxkoNjXOi4OfqdN5nn7pFrpqMfR2NTAAZGtMRYqMZh6jEndbO+Q75d88UCglFWkkQS5p3q3jiZyQrPx5W6qOjrSq6tFBxfiMukc/I9ek5S",
    ),
];

/// PSS signatures with the bytes of their salts.
pub(super) const PSS: &[(KeyType, Hash, u16, &str)] = &[
    (
        KeyType::Rsa2048,
        Hash::Sha2_256,
        222,
        "UXL8oFK2eQQXzIiFriUfrEiTtxVowOFWL+MuxCKG7HG5q5+1CWQqVxc91XlGvIoOow3I+SiJ/V8qXArUiyR+8a2abkQ9PEAtoPe0dpsi9LEwDhtZmqSIt7PYnJGZFUyQFjetyG5b1kr+3jQZj+lQX+NqYI736oF/Pdt+8DMquuly43unQD68TpMQdKJWjg8AcHTM9nYkZgWMekWjJ0CMhQ9fi8K7hp1bg8k1zqVqpygWI0r17G9xlfxDFopLRa2Agjb0xCnzSQeZ0EbdhqTerDOnP9ShFo9V2LM0KP5uVWjoqZqq0/0GoS5vPcPNP1Rlz09CtnF1MKHUf6mwlwIA8w==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_256,
        32,
        "TiF42dixyfjYc8QLoZ8KFdQU3dkae/YoWpirBZOCQmZY1tpU+LnyLdC4sN08zI9Nb4uGSnMiMHqGqSviZC5mIGSMtzVVPCRnBM3pT7flrrbbfR81CCWffOlx6eijxBxL4j1k3ajyuyC/4S8Ca5cERM3qo98Z3OfJTovq/dJi5Qt8XN4iZ0zZ2xMkrv/nhfJ2LJgOjDNdUAzrkI0V9aGiJdiXX43tPtUNL1FTIpwHNft9PL8iM9NmeDzE5jHSyegae1zVBLUBg44EJ0DRa5+cFohy5SX2/QRMqN48VJxAXi192OT9Uff9iGGLh0pjZqbk9jAUymJi11gXVhfoesR7oQ==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_256,
        20,
        "On7rDbt5E6vJdWVe2iPNK4S7162ILUI5nfPIMj5qZRNhk+m6hmUZC9Tuu69ppDeCskOjy1O+71kwk6XenlauCaYY5YMvW7dGN+dOlVA9pW9a06U0PEHK9mwUqchaXX9tNsjhGxB7nEwPcvIzt1eE68gffPpeU9/vfYlPMSO7JFFNqchGsjmAxbc4G26uTviPlePkH0PoJ01Ka4IWpn0uwvMx9kbv8WOnNgtrVd/E7OE7JtXVzz+R+DdO24ZU1QqVi2Y4i/ufTPvLO3f59aptORjhavqv4iypWjifrWFusvfmY+pw/J8NYmKgTgIUGMYtMRVdVfnz4wxqmlRSNGd4Yw==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_256,
        17,
        "P/He6L5goAmX4GF0aWON9Ke5Qew7tf+95ek/vtPCFYZ7GTeYYH/JAkMNq5SL6s1Y/scxxSXKe6VnUvshAM8DQgIc+GmLYFza3Wqv5/pkJ6co/0PmBLPIg8POBZrAGvMbS6oquitR5HBkPOwaPNlXHMIJRIOly3Ngf5PSqI4Aw9PsQ8Gh0hMAyRtRsKjNUiR4JdDXNJbMoX/ZWBEvfNzR8cmL9dtETRoa8sxcWMkY89B/moYAmQLqjsVeAqnjO6HSSRY48OuxmYVFJQL62wUN5lsdKbr7tFh5sJmZbTPGjOePR92gzAwslI8Ra6r6UNYzN8JW5jDh+xOT28jn5LP1rA==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_384,
        206,
        "Bg7HT3aMiK+PKqYbgQFaLngXzjO53v0/bXOXGd7+GjhR08mW5jUAwlwKtikkyb0uq5AuhsQ0KcfwreOV+xORK7diTE01uc3zu2tYyI5RBHnn+L7SNWHPpKXvvq/A4rya7L2c+6X0DiLzTAYyX3Eb7wwvAoQGVwYs6JLQZscqMHjZGKstN1ci+dYxvNKHkKyQesU4MOB2rrFM6AQUSKRmSjIpCEMo0GYSttiagxLDfvUfcGsA8VtVuWb+3hk4n9JMmV8uOVPPkBbY5oMZxzZ4XidMPcyI3dF+00ulOhFvrMgCKo5KeOi96lc6+5iKcSVPi4xVDg1cCsF4pPpvhkG3pg==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_384,
        48,
        "gq4j8Wl5Z+6xWLAo4TWQHcHBNHKi7MgFC+hj+EloU50VyY2JHDEl/Iuv3yUX6sHI273MPThyISXjiNF7RBGixCOcPy+6DuLUPbbvl4HnPt4KCRScHIgQtxoHbAeqC1pVQlofFvYeyZqf4XVPMm5j8rCTJnwlh9Nr1rCa2KxNCcj6TPJkS7ABNnN3dg/OP4/nGphN8RWUY6D/Uk3p6jEhAlbKxAt+N/CKN29j1odgDEw/7k3rPHP5FaPbOfCPuwDx35AfwomtkSaKQ2bQaSkmjDVv9+hyprCoe1BnjYTb4970qtxYU/IjvatE3v+vahtj9bNK1ctpLX/6AhioNgf/eA==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_384,
        20,
        "ehySE7caKqKtcHYz7yF/uaIMrApFWn7kFOu+ZHh1EauoR6ohPw44+SQdGrUxmkPNvf9hQNlKBMnfsKgvf4/VgqBo+o0cEYTwViZJ1Jql3+UwRtDOI+t3d7nY+utH6Dg9xzbDTqyPFJCRXefugcuEkvGAoaVpAT0qss+9xfy/bPrtO6T1n+liZpGCE+Mcw5zma/sLZ/W8dv6iNZ0z400lg99DX4+Sj2FYzH+LEz7wc59S4T59h9pwZQB81B55RI+o5QFJvhy1UxYz7nrhLwrQbHNxKPXA2Q6KufdZ8okMwBdIYNbt5FZ/JF/Z66Aq4O33NM1xEUxETDlHgEu0mwDGww==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_384,
        17,
        "f7dt+RKqhEWR34r0A+IIyjAZgMMRZ2jHwK7Xfbm97BzeZHWzMyoZuOb2BOEnyjrc7JU12OWRnaH8AOcA8Qs1rZ9ph1yuXpZSQrFZGpzR/UL8BAg7cFG8npJ/KE8gJn20pHkIDLideIy68zbDAtYezUhiw9HjH6DNCOYJTHJiWnrP1lRTC6NBACFm4HRItn4YVPjpiRt77tWvxbofYodhoyZeCS5YcLjS30cWoBIUwonVJ3seSKxOQcemhOnwAHlApX170nOlIdHwtrsnNS2PoFeDARyNs8qxJvILXTcmO9CrdFnp+WQi3ITe8PfBwRnfhh6+UEJLSl7rWhzfFM829Q==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_512,
        190,
        "Z+mmmF8kS78b+FsPpuGQc+FYOtrC2pcOzRrIpMZ1JVJqL3Fy0miUVS+TWTlEyKI7b+aeoxTy7tK1qeQRVyTq+VksdMYRmQUu6jrjQxBpJfQN+fB/SagYAHa5/9X+C6dxgs8BQD8E0TNUaoQnBxGwdVMtRZ536BlGGVSpYCUkLLT8+b/hs1fsNLKGH8poK4H/0jgiMqlv8oY01iQYOBZEWH0rFtcavlHIeP+tNgxdJVv/61Q8ELTjfx5YUOFqkCkn81Mx27mudPwwOARzLj8e8kFNkVncu7VaENuYwByXs4BjSe4+kTsaC5jaGv5pgffzuOcZk4Vo1aNABxVRsSHbpg==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_512,
        64,
        "kKsyAhR/JKZLCDVIbKxEpjt37PhnsbPGm2AtYQ4SQCpev6zS6KHWtfZB2kz8kS68bWSmLvo4VA9G2MUh66QqKH6Eh/SUSCudaHz5i5z/wccXPSUP9e6U9XdYm1e1oWSAfq/wICsi/qU0n5V7MeGClKl43QQzk7L4sEFLQ78U0J1VxS+h0AtP2edHeeO0/A50BsVVYEmnCuvmU3WUYKeAWOEpUtloAAF9jAmlXM0BQICH1j1tGQ0h7qDI2r3O/FfgRxmjbVsEgJMA/V9BqLjCmwsqYRI91NoN89qCgh/Ws1hkWiYH01DhMG1Ug7BthA+IzNEHLbPz04dzOiSt0F4OYw==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_512,
        20,
        "FpR6NNiIljjeG+Wwx1D0yYcPQXxqTiUmSFsijBgLyKZtncPWcC+JT6RspcQ8rm7/XdkRa8QUDrHO2DGmbHVe/W0rE+8A9SUHYCMl4lbjR98WmtGVMA0/XVoz8jRkC/P3uuO8UgMCebU/ngdAHT7He6bm0fRi8+jGHCiKdCGIXzLNfLq2O0tt1QNl5zemZtE+7rTuYEtvJre0aH8//U6N8/+8J1Z8CfAYqdu1LWMSBw/Cf8hsCBhxGtoMC0glgDWgs9/YiR9uUdJzhDDSESWvte51HRy2P1WGQBiZbQ2AgOVpVAs8HvFIgkN2j6f5eCFjldmWm3T38X0QVJfJw+lOIQ==",
    ),
    (
        KeyType::Rsa2048,
        Hash::Sha2_512,
        17,
        "f32qHygao1fQk9NaWjGUoIdEkNPULxDaLZWGmbrf/4UUwr9WXREcEDKgJkygbTA+V3H/O5nzwM6m/Y1z1gaaKESADEWYYirX6Kogq94BX1XWcJOLzA9UiOjptFP336fccrWxeqw3MZKvstSmPZsglYgANTMzdwt51mq6bYqLEqqpY4FP1axxuDvF4xRAVuWqpoSKwUmkHg8uackgzo6sZr0C1OqDMgLdiARlJQLo9I95MZYLm0O4xk3Cn3TdUBQWX7vFsAUbJUVtSwUO+Qh2tnoF0pbPqfwq9251ftT4DuemZOOd9222zowJA3Ifg9l1RusWBu/YztJR5dqaEMpkYg==",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_256,
        350,
        "ahl3c84t2pBqwFttW53uzqvUKWHi4QMaP6mm55ZkB74uXhPRuTqaWhCbvuiCICZ4oWsogI2AWzJKYfmRqz06mO3l+L9eW62rDBtBovS0eZ5rdlEDWxyheMzpJ0AsVubm2ECdIdO3DMMp7hIBv0vFevbh+ndWlfiSs6ke0R+r/It2DflGpMBsCIpnBgwf6n2lrFCkLlZLqZaVv2gVOdCYDMKTlVDuA9NTa2eadvkgvBlIRrUC3+/s/VypsrIEbZgqzffexRvrdgAzeypM67c4Ol7p/TDXYi67xBwRkYlourCeFmw9jo44rdjZMX6ds0Cviq0yRE1cDDKCZYT7CB9l4QBUEO0CzVHujnSz9MVvUwFULs6dz79i4vldM9YOSlnyY1XhfSE66e+sMoffcnicuekkhn5PimAkmWz/ZPTM3/z3sXg6TQbPBGVpbZJyjhUL3jpUMH0R02IOQV4B26xtYemEnUiH7TJlvqhfwFcW7tD+QcO90uyomuHA8Y+0k/o3",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_256,
        32,
        "A+hY8YIXprCwqGtYjRAFqxHiy3HS7Q5S9P3LJV2cxizlubon4eXtELaf+4pqzhltWnwh1ou4BYifSEw97zmu8ebJOU331DJTEH6az5vhowYz9cJV3qSQ9/fF2uldq38uJoTOTCNu9tA6xhzBa56BlOkzNf9VSBHT4SEBShuZyO1xPRDjA6cRR7HER32nPjovydMANDT8Y16QtnhIdcxkbdQn6FOc2yP8t78733n/IdW+A6z7pD6rUJqeauVKBEI+Ax3ZxxdGMM4EPBr2J54ulgk/o1BIKU8SEpfmvfRIbXcqIZjraQCE/dAO53ZUGcRJlSwT85ptH4Q6IkorBNkEd1+XO/Y7ipBbLIjN8rdfxF6u6b0riN8w1P7i5R/BntyjVhQzagmNhv0o1rLoojnyfzu6TGwCNzA5ktBbu3C7CFm9qNZxr8pNHbB5bar/pjtFjE25i010vW0ZOXUeKQDb1KqnZ+/PtPahrSc1R5pmRq8lzcehawfeudBN7dbPxwZj",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_256,
        20,
        "TYcoJgu0eM+hI1WmqLm4z4SlOTy/x1Jb131F/sFfLRm8I82nMFJRo2uyi/viUhT7B2sS5Ax8YjyNigaFYDaLNsLdOfc/MsCR43hfk4dFamPh+dzH+fCJXGM+FTYW2ZhAzD5LzIsbjkgp77mhG4WdTn3qfWgz4cRwXKDn7JvoCyLhtoy8uaJx77n0MqA36GmCcK5I66OBinXEygTJyyxePtuO61CiwEt9iHuVaQe6T6R8Jc3Va/YHeZVrdytNNMooPAd8f1dQaTrakV8G1H1q/BXe8KH8em6Auy/DjsBYcYEMDYEWGS7eEYCDo43hRmxq2Rtavj3QIdjizpa9UhHkU6G9MtM23T3Jx0/uU/q05nHiU6xPOg5+IrXQSguxSuw1msn1WsgePhkq+8XdWjAZ2BeaQvtBiHKNFoBzW4nEYXST+AMYFrhYcvSMqDDVk/FvvQAQlJvOfnDNZxhx0dZbMdDU8AsryWLR6NFLs7sx++ZvK0JjQ2InWVOQF5/lvoZV",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_256,
        17,
        "GTPIxXjNiHxgiGX49S8qkL8Eiu8liUV2UXCnpA2w2/V2LL+7H7DFKbHFtS0naVdufOIEiAm8gloPDKXwv/aEZ+QD0MSf3aPSC7ay8KPWrwlRyojMTbBn0Tp2BBiB70eAZzgCZcAd6I62Fbn4vZCVV0soeYIiKwk8MfIJClLBWUAnZyBpjGxCJ2JE7YtYqf/2JTPCiV4VVk8qTMv+HNl3hX0L+OpoPBu+4NnfvXQR9iYLa9YnGCkBGl0XROqX1I17HWssDh6/ngg9x/t0hkKngzer+u0EMxZ/X0+QQo0D7kOb3feFBZtZQl3/vd9L4jaxy14b7jBm3okNKRh/MT8wKhb9YUui7PqHH9baS2NmTv6GZgugznIwwRwJrjQTzHFdJBfwM/JAO2PbHe4CcTjW7xghZlQIUie89RjXqv761IdSRRf5mqLmgfGQUsty3ADBgrc4hwh6naPMXnZkv+Zsdcu0a2vuL4GRHGAB1E+4sksM8QD/7ogObdGb4oXUcaHf",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_384,
        334,
        "ehPguoY54+eamQszKdYFSmTCyZ+ND5zTrNFsyc77etQZywzrWTgQjGqSrHKzYATz4/Fyba9HeuJVR9DCC0WhFV/FGQRy1hLo/PCI1z0H6yaWawMcYLBJv5JYEgTpdt7JC5rzmZqj9mp8qKmQR5zZSSmzpSOmHnJy56b7jkze2lDfhHtc8V0p9yzgNHnGViUXLRWGrTWtxwn29X6GBP0MUGLt7Ko2ib8Pdur5ZJlCEnK8EyHrHe9dCDoizfHs2QpRZdMB2Z/z92puR1s9rYGf6llnFF94ZHJV0JDtJJkIxx0ZWZ8Pi788tE7zUTIfXUE/JOfO/VL5wpoUXOYlpsrmDZroYtbKY212AxyGsRMgTHwrfGMAjR3EJGR7c2fVaSgHcohB1Flf9ELui0Fiet8RTe+K90jnzuXEp2Dx3EGGggLBEkSGkJM+4rZgTfXqNheGDxvOZcEHb7cjvjWmX+QmoeohcHKq2H+8Qed0JNM3g1NSAIDjeGQFYImc68X9c6YE",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_384,
        48,
        "GX6hy9l5B+ix7VJEZtnh8pioc9H2ZNCiSrTgnvLB7OmvJzTsAf5WL/O8QjLooEsAuao7rLFZEPESbrIvoLYLiES2svfhhDRNsMRTEe/Oljda/QUTZCATw0AScxr8ccfb2B8No1wH2ZfxfFTs1TprUeVEsx1kalnoa+BOHLpN22vUM8R/DRxeILaRUpizZRRLjBUkjJlw97h4xh8EVDfkMECTXj3RuVxgmF6uDvdg0m3hjpjxwGkEcknrumNdz2w+ZYu/WLIVWxyWHfAXdQP1NN9n09gLX9nnGCwevqmYY4L9Q4YiWWgx01lACVZZxqrw2UUmsI9eNW30LSNt4pO8XVaFfsX1BKsCXAW+L0/om7OT9RKxgEWWcGcyTJbqes3FxgjHokfZwcJJEdROWoJxIGqplHa3VMgWBbEq0HoWYQ2+uOoHHFEUm/cuzvq0sKXKfQK/S2uq5Cwy/tvGV675ECsX15ffFj3zK2c/uoGvfAKdlUWPjYwJvhro9YW6B89o",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_384,
        20,
        "tqoCgOcgfJN2KOiFM+mcy7bM3yaeH5/OUIFWO9kZN1eCVwz0ecVtBJEjQR2Cy5aTHtVHQwrAlrF75mCRU6wp6vJ/5lwFEFZaibSBzdE2pqzd9xOSAHZQwGbMXgltQF494oI4qlrnE+6YENK1ByRrrbprryKxQ+6Mr6+ClM/yTYhr8FfpGaxn2nI/5MngQSt9vlqh5YKZFW6IbWcUJfFbQCHeQyNLy9opCTrD+mNB5LNIBlkxoSmkecGOEwfTN3XOXHyefceza24Xc3rcj89NA/MS+I2l4LEHWGBAm2I/DfjlmXFnlN9avYkIqFzNC4EuzXtKvLb5N/kF+zIP2K2yQm3B3FWU4tZllV8lra55s2sgjtGY77FXevp2P+aT1NLKFb6umQ5OT8j2+mKdwRyeuYmefrqRH2HplHJi8OaefOsMb6hKHiu66ZPQoNK5vFn6BaoUeAcS1+rXtE2QmxDmKNNIustOjCaX7pd8QVI27cdCyoS5TQD2F2poSMv+aoTf",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_384,
        17,
        "TDAt+/EqaKZHXLvN5Dc1pRKFhe997/BLCIi3AW4vQf+xR7bJVyOWRJ4hIaRNdsmPAlnWC4aWYKYus76aBQPrQ9e+CE4pIRF12Gh/SLQGR+asUxHrlr8IO/IHlyds1Zg1uPl80ghKUrwg7hxKDHALnHpEQ614y9Ld+hrEGT1vjNLRDGXi7OC1x6QQTUSbOYK6qK15Q6xPbzUV9lIA8wJwYm4T/qOYm2KFsaaWVPldDG1/0CN0vE15FN9FhboXnTSpCylNL81nv7yhIsNu9vIn1zV/hpVUn364+CWUECfWBH9T0YyZywLILGFmvVNfPrBV6GBeDKVSIQYzP9GUW3vzcfjkawrr2gYt3cVJqChPYF9uLpMpOcWctV5hWahmuqtZU3nTRJMFWcudUw/37cW2xrYwRZxK2pQOO0NOjBDe4cykpwxgG+QU61R5bfG+xBWZbpu8zA+T5WEcW39mksBKCY7tYtozBVVly7OkGMSwpMliMwH4VUMRdxkmGBetRPp3",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_512,
        318,
        "iU5X6woI9iXmFzu/2Y0umsBNXgFTpWOlCB+ewBb/v1+1ZqzXf9KvROPhORWI8M16tsZQ768eAqEuUUkx/uFoMZ/5nykGkvNrzTzLljalSHgyXNVcHagEaETLD+LoWzjlFLYR87FqNLY8xtIYl57voPyAu0owTnYgwjMp7uYXKK1ju3R654arI9Vja5Xs7bCRHdLEVSzTuUvYn+jcSqedwhH7ICemOIJeD3+11CFcWR6j0CsLJgzy74XahMbjO8s+jkvhG0oYQqWX/wifcY+3cXoXbVe7Dw8s1llYHr8376pduLW3W1r6dzH/Q66YuUQx8z4mw2x7YzdNW8gb3tiAFOfAH8oPKt6idLeD/z44kYScqTiqjXzZQY7owVM8L9XrkFAWiDenWDt1ekIsfqZzpZtR4ZwKEe6q18QJcAFccTlpnaH4TZ9kc7RSSe7OTo8Ty/KLY11q+rt+k54ldknl9xWJYm8kAHaUZizAR3JpueTPMLCN2hMqGIqHmF1lzs1A",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_512,
        64,
        "Nh6KTrhYoGfIn8HzflNuVhoiYbvsncq/rHNPMOncvric9msMut1fi8flx6pwN56g5qbQsRDK5b7PSCShVA2/rh5MlxLp2fuLguQmQyK/dQUyd6XVRdPS/EmExnoVeinJ9xcu5xokb2++eTBJQ2WZ41iNf85J8EhhA5Ad+3elrMy2tEi4OreYJitgk+Ug/9BKSfclnYG25yXLzCB0kPfPTHEIgTSpK8BhZ0ADAqSP8/RYjwGxA87wIHV63M9Qu+VM8AoNnkSQiiZhsMzOZ8/KeMmOh/4OGkRQ+3wibuOkwk/CtM1gHrAJXK1CXxT6UhZjK4wIh4c+a06URvHdGanJddT4Rkhy6OgAZriBAG8L7s+1ZueyuEQ/VdxOwY4D27wX6rKBoph2Z8C2cSb1JdfZ6z+iocod8pqDoGAsO/m0vCOQBkSFU4WbKvSD/mJFwIRgvTyRa9wrNSmK4hPujMnVT7nDMr5tbGPxb6Fr8Q//bP/36/UfuBAuQZVhKvj8WhlR",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_512,
        20,
        "eqSqPnc37shI5jGAuvLJIwDHfrYW6yhZ5DNz6pjCuJxDeJvQEqghhbPXbgHD9xHU0ILclf3zd3qekS5hQOqU+Oo87Tipxheknl/tMpo6jXLaJ18Aeyq42693hw9HIspH1XXB6BPSm0x0hNL5atjivywdRQjgNcubJNrV9hNIGZGk5JNE5A0P4Bakz1s1lEKv5uUzShVheL+czQ6j0pNyP4I+8Ksuu8QmDJvc82ZsQkUY3S2Sa7NXlt37La5RSQkNGlNSm2LsXP5x88rZK0zNlZYtq/CopgWKFbKvC0MZ/e09p0ZKz0ohXq5oSWAg+GyPwgBZfoE1iG10cTjchh+KDH4m1/EPvsAYfWIyCPKwgaA8gsQt0F+swbmJTLrCt/MgozpNVvYVsAyQjBTxGPMjUF7n+SZqbv2scQ4rrzP5UL88yhiPYgAZZTDyArfuskA95CyLCx21pEY9PpOibciyOB8cPxO+XiIM8bSaghDuaXqxtGLWs6RGBTy9jj7i6lCn",
    ),
    (
        KeyType::Rsa3072,
        Hash::Sha2_512,
        17,
        "kne9FFLR6G6AA4iDPUYXhTx57jxYFtQ//plq1fbxQLA5gVRFTFhtmgYo1ssmv22Rop+NPUJaYxVQjpmdiIVPa76njKMZwldDIMvbOsA5stwolSNX1mXd5ibgUhQ7A2aHXUfwUMsv6sugovU8Zn31HpwSOzUyP9Rg+MSkZXKQ16ze9jGO9vyu1i98oMNUkbYejwq4TZDkCZjGUYDarHxvygzrGkUgvrQ7FR4VH/gilSZGk58UBp/EJPK8agJ1omT+tbWUGwIrX6bWHmbonFGz+xqxeRb4LOIJGv1jHgAQeeJFI3Qix3cKhxpslg64Yf+fiDUPSWjfyvhmSYX/ZGBb3ykyuAx9Pb+Xyj5HWq+DXKjjpQHC6KjV/WS+DeWPzbU1p8eY6wFHgkZlI8/U4rdJr/t0mCUoQwn0DQqKKLqLAxdPqqDXswHfU0A8Q8wyTnbAjb1FL0H5WzPWjgCAjeUNvXXAg2bgAQgLxK6Ji9r3KEIPG/raxt9HO3aNfH5Z0KKO",
    ),
];

/// OAEP with SHA-256.
pub(super) const OAEP: &[(KeyType, &str)] = &[
    (
        KeyType::Rsa2048,
        "qOx7AeAB0QKy+Sg/rn5+7kdSN4H+YH50CGwcI2CcgzjXXCoBOQlODF0193hnbLzcs5D8SQB2sucPkKwa9u8V9mGQCJASAgXgUfV8YPQ+O8eOSNNtMVigHZVvQinizdAXcSpjKvzwXzrk7fEMiHbyXw4mRgzmIFAKytsVTugwtMh7/uDJFcHf2N/cOxpbfDu4tZtcS+IDrirdJrzH1Tqn7IHxqtWMVWzbmJpGPf0fXLRUznD5+SslC386MHXkrfXS8rcT28mrAwcbk6GF9AOsUbEuCvgcw9dtSDzZ2pkJAAaZn8dyQxaMw9aBQqr3AjMzhT3mKq7cVriAZxKO6NyQ9Q==",
    ),
    (
        KeyType::Rsa3072,
        "uZHFb/yrX8SgOMN9a1a9h2Mw5oyOcqx6QpFG6V4pO6ucYrs8UPpmSbBmIcgFpbCayTia33m7XD45xG5cBi+YnMqji3/QsOqi9KNZU4gjEFnTTEHsa3axzpuvDtzeKV7srFORz+OmdKGLc/frA1caOac+2d0uRKdi7zwsgu/AG9MVsQu25WJIr8wwcn+l29p9aKFoseVwGk+x860gKxzWc2WIzIg4bDPN/8C8JiLhUmnz1UNivELUd6OxbvnmOlUWYmnYComXAhNII/UrJ0DBPR4Cstyrx2EXVtK3dVtR0kkK/QosVOeWQUO6zN6+Ck6a/R6VawqfrQMQ1yBHR9Rjq5gObNjecdg+mqeW8b7Lg0UlkfpXw/OXs7+pdzAuKvmO0reI/wUkRbO361brXaN5jWwO5ti2j7kQp4yIYm5r16ojwTo1LJ5Zjibb8cHmH+1FJbTJE8B+5FRTIwMCxwPAFJlwR0BbE0CV0i55dwY/EvEJ1s/H5eBpp9v2Ylfqu0Di",
    ),
];

/// Digests of `abc`, in hexadecimal.
pub(super) const ABC: &[(Hash, &str)] = &[
    (Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        Hash::Sha2_224,
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    ),
    (
        Hash::Sha2_256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (
        Hash::Sha2_384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        Hash::Sha2_512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    (
        Hash::Sha3_256,
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    ),
    (
        Hash::Sha3_384,
        "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
    ),
    (
        Hash::Sha3_512,
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ),
];

/// HMAC of the message under keys of 32, 64, 131 and 512 bytes that count up from 0, in hexadecimal.
pub(super) const MACS: &[(Hash, usize, &str)] = &[
    (Hash::Sha1, 32, "e2460ec84c30a0aed12349cd8f00008af652ecc5"),
    (Hash::Sha1, 64, "62fd9712c9664f4de7c6b2e00ac370db3a65d993"),
    (Hash::Sha1, 131, "df9842b895483e1515a3333f0f7fd856ab5989f8"),
    (Hash::Sha1, 512, "0276539968d11b71904aa02d3ded7bcd6b5e0bc0"),
    (
        Hash::Sha2_224,
        32,
        "ceac25b15b0c349b75866a42f6237fb8ff43fc168dd421fa5ee23eac",
    ),
    (
        Hash::Sha2_224,
        64,
        "d09b455c219b200012b64da976069f017a7f1429ca5e03b116848b78",
    ),
    (
        Hash::Sha2_224,
        131,
        "99aa6bd4c541fa5ee89401e99dbe236a3dd6fe6d71b5368ff84b3e25",
    ),
    (
        Hash::Sha2_224,
        512,
        "4d2a70332d5d94f7c45b59d4c490cfbc26813a7f1a1b74ac54111064",
    ),
    (
        Hash::Sha2_256,
        32,
        "d42d6afb45f6f5fe9d6ae6a2f7c331e50cf14540995da07a659d02d1077625a2",
    ),
    (
        Hash::Sha2_256,
        64,
        "159fd6229585f7fa51916b84613dc411fe35ae35ddd9e86f69432ec45d1e33d1",
    ),
    (
        Hash::Sha2_256,
        131,
        "e894f5c25c5663d479df0f403fcdb1093de59658f7fdc15b501a1daeafc9081c",
    ),
    (
        Hash::Sha2_256,
        512,
        "ed2e1becfe4cfddfcae70c27cb5c8aa302d9c6a18824fc1000b1b164ab468e37",
    ),
    (
        Hash::Sha2_384,
        32,
        "ee8f414aed5dfe048058199fe7af47a76e124b344afefcf24231e6c8f6b9433f73d4a016835efd27f58d4a50ec672308",
    ),
    (
        Hash::Sha2_384,
        64,
        "e93942ec13cab326c7e1fa098235b2e8fc0b750e9b5e56c03ce8534349a65f9f2ea78b77cba8a4a607abbc97dda9d480",
    ),
    (
        Hash::Sha2_384,
        131,
        "db5f9b26a96bab90cd57338224e710dc67be336dcf8c631bde65052670e73880ab9a1b3c1f684b8fcf5f1ec4c066fd08",
    ),
    (
        Hash::Sha2_384,
        512,
        "7071a842351eb80a6e7cffccf73a4df7b98fdb02ebee4e9bc9e45d2eae255b0dd299e033470896f795998a5f8b2d53bd",
    ),
    (
        Hash::Sha2_512,
        32,
        "c180690483b037dff81b8f6339684810e2e0aaf701a2ec481120f7648b244244c97e860bb5bef6e68340b0bf24da0a0b9c87b3231e5e10dfeb1d3fda09ec5013",
    ),
    (
        Hash::Sha2_512,
        64,
        "fc4a61d60301ba972b2b58a5d134e3c6245a5e1a7b639501bee35bbaec4078999b41bb02370e5724cc933e36e8f166c400a7996d11455dc781f7f2e3290c510a",
    ),
    (
        Hash::Sha2_512,
        131,
        "b737b8e543f8cda8ca2cc8ce39cd463a6db60d48a78617f763e121ad6d820cc62ae405b1d63f00c7d302172e627070138c63cb1aaaa15675679c1d6227ebdb1a",
    ),
    (
        Hash::Sha2_512,
        512,
        "32a33e622a9d5e44276a065f816a984ec241e6b8516bdd22d97e8d6cd0618609c0cc33e2d57b0a12b4fae2a1fe80598aaa3fabb5a4fb475aad744eeb99190fec",
    ),
    (
        Hash::Sha3_256,
        32,
        "bb1ea53d68cf31835356bc864259fd047d7ae10dd603f891ef812974120de0d6",
    ),
    (
        Hash::Sha3_256,
        64,
        "42b4cae5b54606028a74c714323bfec55e9d69b4068f2197496d72ee5bda5dfc",
    ),
    (
        Hash::Sha3_256,
        131,
        "557e16375897bd7d6f52bca4d8fc56f12d8d4f972053d39a48aee8ae149608f8",
    ),
    (
        Hash::Sha3_256,
        512,
        "ce482a81d4caade63db353cd98c1fd3f20ad22bb6e21ca8463988dc188514ce9",
    ),
    (
        Hash::Sha3_384,
        32,
        "90c3fd412be565038e3da86d1a18fc514a79d69cf85d423d0da90f47ed8a6be44cbf9d36c6964c5651457da57920139e",
    ),
    (
        Hash::Sha3_384,
        64,
        "d3366317645ca9d5b279fee436c3da793600e16f1ca96c094c6ffbd5b2a740a5ed0153f3b627c1c51a8bfe7c66e6f142",
    ),
    (
        Hash::Sha3_384,
        131,
        "90ea5c9d98b4fdd2f6fe476ad896a8bfa2d745f7c5571725441c76c8f18774a23be271a8335c4ba4c90133a8b805937b",
    ),
    (
        Hash::Sha3_384,
        512,
        "4e1b722e31678ba0a50c935830bb1bb0af125b38f37c0c657fe09cb1daabc33c5b94b27433a54a9b992e1017ee2f67dc",
    ),
    (
        Hash::Sha3_512,
        32,
        "30b019f16d2fcbdf5135ea64b6f0c2d019bbb50dee9012a51a22b455d306f9bef9cb532031c8f5f467bfeb0ec705ce95e4345f24ecda6658af9c9b6158b9db2d",
    ),
    (
        Hash::Sha3_512,
        64,
        "c6d13c4174dbe8901c1f2569222bf288a49f2711e40923aab0846892e8762c2cd64ae61a5cabcd3f8d3b3ee9c499168242b5f564ee49c75dfb256977919f17e3",
    ),
    (
        Hash::Sha3_512,
        131,
        "7735dada6a3bb4318585e48f7f24cd291071005d32b86ee2bcd18d836e9f71ee44a901d0cea17eeebf8ad09d890fd08268e79f13553e99c3474320ec23886507",
    ),
    (
        Hash::Sha3_512,
        512,
        "1ac61d529bbe19751e9aece2ab2fdc87e3c49f91d6a3559031cbb4664db3ba724e7e7ad14a88ad1e1b2cc28a3c382ec8732eb1759d3de5d340d1e641e35df723",
    ),
];

/// The message under a derived convergent key: the key counts up from 0, the context is `a context`; without and with the
/// associated data `bound`.
pub(super) const CONVERGENT_AES: &str =
    "vault:v1:omlE2mHZR6vhf2c3JbOFPRcGbX1WqVkbF6obcwD6Kkwrz2LTcaZIAKJ7ayDU1bE=";
pub(super) const CONVERGENT_AES_BOUND: &str =
    "vault:v1:L5pOrn9VRWBjnueADaSmHBhYIllNVOIlcEbc8DLvaKMsyKImBXzMrbHLrB/fuKA=";
pub(super) const CONVERGENT_CHACHA: &str =
    "vault:v1:omlE2mHZR6vhf2c3/qwbW7Air90Nb7LkJowjcN2bJf7XBNsDKRBrxeCXa+34+qk=";
pub(super) const CONVERGENT_CHACHA_BOUND: &str =
    "vault:v1:L5pOrn9VRWBjnueAr5Ll8ufvyruIy67PeqIlc/jvh2n1uDTItpYwvQigM87Z31o=";
/// The public half of the Ed25519 key derived from a seed that counts up from 0 for `a context`, and its signature.
pub(super) const DERIVED_PUBLIC: &str = "cZA5V4B937EyiAB+ZAgxwMX365Z1Bct+ICSbzwE3SAc=";
pub(super) const DERIVED_SIGNATURE: &str = "vault:v1:6Pnoj/bRrSXw7xKjIwm/tUPSQcTaF+zArGAqrEJX0zxtV5SqffdoJMySOzcYohD9K6EXdjdJg24r8GWS3sEeCg==";
