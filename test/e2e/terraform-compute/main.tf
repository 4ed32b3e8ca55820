# Instances and what they need, twice over: by resource and by data source.
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "type" { default = "t4g.nano" }
variable "label" { default = "first" }
variable "hops" { default = 2 }
variable "size" { default = 5 }
provider "aws" {
  region = "ap-northeast-1"
}
data "aws_availability_zones" "here" { state = "available" }
data "aws_ssm_parameter" "image" { name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" }
data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.18-*"]
  }
  filter {
    name   = "architecture"
    values = ["arm64"]
  }
}
data "aws_ec2_instance_type" "nano" { instance_type = "t4g.nano" }
data "aws_ec2_instance_type_offerings" "nano" {
  location_type = "availability-zone"
  filter {
    name   = "instance-type"
    values = ["t4g.nano"]
  }
}
data "aws_iam_policy" "core" { name = "AmazonSSMManagedInstanceCore" }
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["ssm:GetParameter"]
    resources = [aws_ssm_parameter.plain.arn]
  }
}
data "aws_caller_identity" "me" {}
resource "aws_vpc" "one" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_subnet" "one" {
  vpc_id            = aws_vpc.one.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = data.aws_availability_zones.here.names[0]
}
resource "aws_internet_gateway" "one" { vpc_id = aws_vpc.one.id }
resource "aws_security_group" "one" {
  name   = "one"
  vpc_id = aws_vpc.one.id
}
resource "aws_key_pair" "one" {
  key_name   = "one"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE7x1xKVmM4wXQwGSpnkWo9uT5oOKZ7N8VAf+NgdHgS3 me@here"
  tags       = { Name = var.label }
}
data "aws_key_pair" "one" {
  key_name           = aws_key_pair.one.key_name
  include_public_key = true
}
resource "aws_iam_role" "one" {
  name               = "one"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = { Name = var.label }
}
data "aws_iam_role" "one" { name = aws_iam_role.one.name }
resource "aws_iam_role_policy_attachment" "core" {
  role       = aws_iam_role.one.name
  policy_arn = data.aws_iam_policy.core.arn
}
resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.one.id
  policy = data.aws_iam_policy_document.read.json
}
resource "aws_iam_instance_profile" "one" {
  name = "one"
  role = aws_iam_role.one.name
  tags = { Name = var.label }
}
resource "aws_ssm_parameter" "plain" {
  name  = "/lab/plain"
  type  = "String"
  value = "value of ${var.label}"
  tags  = { Name = var.label }
}
resource "aws_ssm_parameter" "secret" {
  name  = "/lab/secret"
  type  = "SecureString"
  value = "secret of ${var.label}"
}
data "aws_ssm_parameter" "secret" { name = aws_ssm_parameter.secret.name }
resource "aws_instance" "public" {
  ami                         = data.aws_ssm_parameter.image.insecure_value
  instance_type               = var.type
  subnet_id                   = aws_subnet.one.id
  associate_public_ip_address = true
  key_name                    = aws_key_pair.one.key_name
  vpc_security_group_ids      = [aws_security_group.one.id]
  tags                        = { Name = var.label }
  volume_tags                 = { Name = "disk of ${var.label}" }
}
resource "aws_instance" "managed" {
  ami                  = data.aws_ami.linux.id
  instance_type        = "t4g.nano"
  subnet_id            = aws_subnet.one.id
  iam_instance_profile = aws_iam_instance_profile.one.name
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = var.hops
    instance_metadata_tags      = "enabled"
  }
  root_block_device {
    encrypted   = true
    volume_size = 10
    volume_type = "gp3"
    tags        = { Name = "root of ${var.label}" }
  }
  user_data               = "#!/bin/sh\necho hello > /root/hello\n"
  disable_api_termination = false
  credit_specification { cpu_credits = "standard" }
  tags = { Name = "managed ${var.label}" }
}
resource "aws_ebs_volume" "data" {
  availability_zone = aws_subnet.one.availability_zone
  size              = var.size
  type              = "gp3"
  encrypted         = true
  tags              = { Name = "data of ${var.label}" }
}
resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.managed.id
}
data "aws_ebs_volume" "data" {
  filter {
    name   = "volume-id"
    values = [aws_volume_attachment.data.volume_id]
  }
}
data "aws_instance" "public" { instance_id = aws_instance.public.id }
data "aws_instances" "all" {
  filter {
    name   = "subnet-id"
    values = [aws_subnet.one.id]
  }
  depends_on = [aws_instance.public, aws_instance.managed]
}
output "found" {
  value = {
    secret      = nonsensitive(data.aws_ssm_parameter.secret.value)
    instances   = length(data.aws_instances.all.ids)
    type        = data.aws_instance.public.instance_type
    name        = data.aws_instance.public.tags["Name"]
    address     = data.aws_instance.public.private_ip
    public      = data.aws_instance.public.public_ip
    hops        = aws_instance.managed.metadata_options[0].http_put_response_hop_limit
    encrypted   = one(aws_instance.managed.root_block_device).encrypted
    size        = one(aws_instance.managed.root_block_device).volume_size
    data        = [aws_ebs_volume.data.size, data.aws_ebs_volume.data.iops]
    disk        = aws_instance.public.volume_tags["Name"]
    credits     = aws_instance.managed.credit_specification[0].cpu_credits
    fingerprint = data.aws_key_pair.one.fingerprint
    public_key  = data.aws_key_pair.one.public_key
    memory      = data.aws_ec2_instance_type.nano.memory_size
    zones       = data.aws_ec2_instance_type_offerings.nano.locations
    same_image  = data.aws_ami.linux.id == data.aws_ssm_parameter.image.insecure_value
    role        = data.aws_iam_role.one.arn
    account     = data.aws_caller_identity.me.account_id
  }
}
