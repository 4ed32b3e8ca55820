# The network of the lab and more, as Terraform's AWS provider makes it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  max_retries = 2
  default_tags {
    tags = { Lab = "terraform" }
  }
}

variable "owner" {
  type    = string
  default = "one"
}

variable "hostnames" {
  type    = bool
  default = true
}

data "aws_region" "here" {}
data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}
data "aws_availability_zones" "up" { state = "available" }
data "aws_availability_zone" "first" { name = data.aws_availability_zones.up.names[0] }

locals {
  zones  = data.aws_availability_zones.up.names
  region = data.aws_region.here.name
}

resource "aws_vpc" "one" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = var.hostnames
  tags                 = { Name = "one", Owner = var.owner }
}

resource "aws_vpc" "two" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "two" }
}

resource "aws_vpc_ipv4_cidr_block_association" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.one.id
  cidr_block              = "10.0.1.0/24"
  availability_zone       = local.zones[0]
  map_public_ip_on_launch = true
  tags                    = { Name = "public" }
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.one.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = local.zones[0]
}

resource "aws_subnet" "second" {
  vpc_id            = aws_vpc_ipv4_cidr_block_association.one.vpc_id
  cidr_block        = "10.1.2.0/24"
  availability_zone = local.zones[1]
}

resource "aws_subnet" "isolated" {
  vpc_id            = aws_vpc.two.id
  cidr_block        = "10.0.3.0/24"
  availability_zone = local.zones[1]
}

resource "aws_internet_gateway" "one" {
  vpc_id = aws_vpc.one.id
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.one]
}

resource "aws_nat_gateway" "one" {
  subnet_id     = aws_subnet.public.id
  allocation_id = aws_eip.nat.id
  depends_on    = [aws_internet_gateway.one]
}

resource "aws_nat_gateway" "private" {
  subnet_id         = aws_subnet.private.id
  connectivity_type = "private"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.one.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.one.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.one.id
}

resource "aws_route" "nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.one.id
}

resource "aws_route" "listed" {
  route_table_id             = aws_route_table.private.id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.offices.id
  network_interface_id       = aws_network_interface.spare.id
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_default_route_table" "two" {
  default_route_table_id = aws_vpc.two.default_route_table_id
  tags                   = { Name = "two-main" }
}

resource "aws_main_route_table_association" "one" {
  vpc_id         = aws_vpc.one.id
  route_table_id = aws_route_table.private.id
}

resource "aws_default_network_acl" "two" {
  default_network_acl_id = aws_vpc.two.default_network_acl_id
  subnet_ids             = [aws_subnet.isolated.id]
  ingress {
    protocol   = -1
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    protocol   = -1
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.one.id
  subnet_ids = [aws_subnet.public.id]
  ingress {
    protocol   = "tcp"
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 1
    to_port    = 65535
  }
  ingress {
    protocol   = "icmp"
    rule_no    = 110
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
    icmp_type  = -1
    icmp_code  = -1
  }
  egress {
    protocol   = "-1"
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "separate" {
  vpc_id = aws_vpc.one.id
}

resource "aws_network_acl_rule" "separate" {
  network_acl_id = aws_network_acl.separate.id
  rule_number    = 200
  egress         = false
  protocol       = "udp"
  rule_action    = "deny"
  cidr_block     = "192.0.2.0/24"
  from_port      = 53
  to_port        = 53
}

resource "aws_network_acl_association" "separate" {
  network_acl_id = aws_network_acl.separate.id
  subnet_id      = aws_subnet.private.id
}

resource "aws_default_security_group" "one" {
  vpc_id = aws_vpc.one.id
}

resource "aws_security_group" "ssh" {
  name        = "ssh"
  description = "ssh from anywhere"
  vpc_id      = aws_vpc.one.id
  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "rules" {
  name_prefix = "rules-"
  vpc_id      = aws_vpc.one.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.rules.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "owner ${var.owner}"
  tags              = { Name = "https" }
}

resource "aws_vpc_security_group_ingress_rule" "peer" {
  security_group_id            = aws_security_group.rules.id
  referenced_security_group_id = aws_security_group.ssh.id
  ip_protocol                  = "icmp"
  from_port                    = 8
  to_port                      = -1
}

resource "aws_vpc_security_group_egress_rule" "listed" {
  security_group_id = aws_security_group.rules.id
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "-1"
}

resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.two.id
}

resource "aws_security_group_rule" "endpoints" {
  type              = "ingress"
  security_group_id = aws_security_group.endpoints.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = [aws_subnet.isolated.cidr_block]
}

resource "aws_vpc_endpoint" "ssm" {
  for_each            = toset(["ssm", "ssmmessages", "ec2messages"])
  vpc_id              = aws_vpc.two.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  subnet_ids          = [aws_subnet.isolated.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.one.id
  service_name    = data.aws_vpc_endpoint_service.s3.service_name
  route_table_ids = [aws_route_table.private.id]
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:*", Resource = "*" }]
  })
}

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id       = aws_vpc.one.id
  service_name = "com.amazonaws.${local.region}.dynamodb"
}

resource "aws_vpc_endpoint_route_table_association" "dynamodb" {
  vpc_endpoint_id = aws_vpc_endpoint.dynamodb.id
  route_table_id  = aws_route_table.public.id
}

resource "aws_vpc_dhcp_options" "own" {
  domain_name         = "lab.internal"
  domain_name_servers = ["10.0.1.53", "AmazonProvidedDNS"]
  ntp_servers         = ["169.254.169.123"]
}

resource "aws_vpc_dhcp_options_association" "one" {
  vpc_id          = aws_vpc.one.id
  dhcp_options_id = aws_vpc_dhcp_options.own.id
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr        = var.owner == "one" ? "203.0.113.0/24" : "203.0.113.0/25"
    description = "office"
  }
  entry {
    cidr = "198.51.100.0/24"
  }
}

resource "aws_ec2_managed_prefix_list_entry" "third" {
  cidr           = "192.0.2.0/24"
  description    = "third"
  prefix_list_id = aws_ec2_managed_prefix_list.more.id
}

resource "aws_ec2_managed_prefix_list" "more" {
  name           = "more"
  address_family = "IPv4"
  max_entries    = 2
}

resource "aws_key_pair" "lab" {
  key_name   = "lab"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE7x1xKVmM4wXQwGSpnkWo9uT5oOKZ7N8VAf+NgdHgS3 me@here"
}

resource "aws_network_interface" "spare" {
  subnet_id         = aws_subnet.public.id
  private_ips       = ["10.0.1.100", "10.0.1.101"]
  security_groups   = [aws_security_group.ssh.id]
  source_dest_check = false
  description       = "spare of ${var.owner}"
  tags              = { Name = "spare" }
}

resource "aws_network_interface" "plain" {
  subnet_id = aws_subnet.private.id
}

resource "aws_network_interface_sg_attachment" "plain" {
  security_group_id    = aws_security_group.rules.id
  network_interface_id = aws_network_interface.plain.id
}

resource "aws_eip" "spare" {
  domain = "vpc"
  tags   = { Name = "spare" }
}

resource "aws_eip_association" "spare" {
  allocation_id        = aws_eip.spare.id
  network_interface_id = aws_network_interface.spare.id
  private_ip_address   = "10.0.1.101"
  depends_on           = [aws_internet_gateway.one]
}

resource "aws_ec2_tag" "extra" {
  resource_id = aws_nat_gateway.one.network_interface_id
  key         = "Extra"
  value       = var.owner
}
