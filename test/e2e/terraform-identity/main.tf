# Identities and buckets, as a configuration of somebody else's would have them.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  s3_use_path_style = true
}

data "aws_caller_identity" "me" {}
resource "aws_s3_bucket" "b" {
  bucket = "tf-bucket"
  tags = { a = "b" }
}
resource "aws_s3_object" "o" {
  bucket = aws_s3_bucket.b.id
  key = "k/o.txt"
  content = "hello"
  tags = { x = "y" }
}
resource "aws_iam_policy" "p" {
  name = "tf-policy"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*" }] })
  tags = { a = "b" }
}
resource "aws_iam_role" "r" {
  name = "tf-role"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }] })
  permissions_boundary = aws_iam_policy.p.arn
}
resource "aws_iam_role_policy" "i" {
  role = aws_iam_role.r.name
  name = "inline"
  policy = aws_iam_policy.p.policy
}
resource "aws_iam_role_policy_attachment" "a" {
  role = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_instance_profile" "ip" {
  name = "tf-profile"
  role = aws_iam_role.r.name
}
resource "aws_iam_user" "u" {
  name = "tf-user"
  force_destroy = true
}
resource "aws_iam_access_key" "k" { user = aws_iam_user.u.name }
resource "aws_iam_group" "g" { name = "tf-group" }
resource "aws_iam_group_membership" "m" {
  name = "m"
  group = aws_iam_group.g.name
  users = [aws_iam_user.u.name]
}
resource "aws_iam_user_policy_attachment" "ua" {
  user = aws_iam_user.u.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_openid_connect_provider" "o" {
  url = "https://token.example/ci"
  client_id_list = ["sts.amazonaws.com"]
  thumbprint_list = ["0123456789abcdef0123456789abcdef01234567"]
  tags = { a = "b" }
}
resource "aws_iam_virtual_mfa_device" "v" {
  virtual_mfa_device_name = "tf-phone"
  tags = { a = "b" }
}
data "aws_iam_policy" "core" { name = "AmazonSSMManagedInstanceCore" }
data "aws_iam_role" "r" { name = aws_iam_role.r.name }
output "id" { value = data.aws_caller_identity.me.arn }
