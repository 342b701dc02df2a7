-- Whether a picture is still shown is asked of the whole cell: the store of blobs does not know whose it is.
CREATE INDEX identity_account_large ON identity_account (avatar);
CREATE INDEX identity_account_small ON identity_account (avatar_small);
