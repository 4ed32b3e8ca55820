# What the provider reads back of it.
data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}
data "aws_vpc_endpoint_service" "ssm" { service = "ssm" }
data "aws_prefix_list" "s3" { name = "com.amazonaws.${local.region}.s3" }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.${local.region}.s3" }
data "aws_ec2_managed_prefix_list" "own" { id = aws_ec2_managed_prefix_list.offices.id }
data "aws_vpc" "one" { id = aws_vpc.one.id }
data "aws_vpcs" "all" {
  tags       = { Lab = "terraform" }
  depends_on = [aws_vpc.one, aws_vpc.two]
}
data "aws_subnets" "one" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.one.id]
  }
  depends_on = [aws_subnet.public, aws_subnet.private, aws_subnet.second]
}
data "aws_subnet" "public" { id = aws_subnet.public.id }
data "aws_route_table" "public" {
  subnet_id  = aws_subnet.public.id
  depends_on = [aws_route_table_association.public]
}
data "aws_route_tables" "one" {
  vpc_id     = aws_vpc.one.id
  depends_on = [aws_route_table.public, aws_route_table.private]
}
data "aws_route" "default" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
}
data "aws_security_group" "ssh" { id = aws_security_group.ssh.id }
data "aws_security_groups" "one" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.one.id]
  }
  depends_on = [aws_security_group.ssh, aws_security_group.rules]
}
data "aws_vpc_security_group_rule" "https" { security_group_rule_id = aws_vpc_security_group_ingress_rule.https.security_group_rule_id }
data "aws_vpc_security_group_rules" "ssh" {
  filter {
    name   = "group-id"
    values = [aws_security_group.ssh.id]
  }
}
data "aws_network_interfaces" "one" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.one.id]
  }
  depends_on = [aws_network_interface.spare, aws_network_interface.plain, aws_nat_gateway.one]
}
data "aws_network_interface" "spare" {
  id         = aws_network_interface.spare.id
  depends_on = [aws_eip_association.spare]
}
data "aws_internet_gateway" "one" { internet_gateway_id = aws_internet_gateway.one.id }
data "aws_nat_gateway" "one" { id = aws_nat_gateway.one.id }
data "aws_nat_gateways" "one" {
  vpc_id     = aws_vpc.one.id
  depends_on = [aws_nat_gateway.one]
}
data "aws_eips" "all" {
  tags       = { Lab = "terraform" }
  depends_on = [aws_eip.nat, aws_eip.spare]
}
data "aws_eip" "nat" { id = aws_eip.nat.id }
data "aws_vpc_endpoint" "ssm" { id = aws_vpc_endpoint.ssm["ssm"].id }
data "aws_vpc_dhcp_options" "own" { dhcp_options_id = aws_vpc_dhcp_options.own.id }
data "aws_network_acls" "one" {
  vpc_id     = aws_vpc.one.id
  depends_on = [aws_network_acl.public, aws_network_acl.separate]
}
data "aws_key_pair" "lab" {
  key_name           = aws_key_pair.lab.key_name
  include_public_key = true
}
data "aws_vpc_peering_connections" "none" {}

output "found" {
  value = {
    account    = data.aws_caller_identity.me.account_id
    vpcs       = length(data.aws_vpcs.all.ids)
    subnets    = length(data.aws_subnets.one.ids)
    prefix     = data.aws_prefix_list.s3.id == data.aws_ec2_managed_prefix_list.s3.id
    entries    = [for entry in data.aws_ec2_managed_prefix_list.own.entries : entry.cidr]
    resolvers  = data.aws_vpc_dhcp_options.own.domain_name_servers
    addresses  = data.aws_network_interface.spare.private_ips
    public     = data.aws_nat_gateway.one.public_ip == data.aws_eip.nat.public_ip
    dns        = data.aws_vpc_endpoint.ssm.dns_entry[0].dns_name != ""
    public_key = data.aws_key_pair.lab.public_key
    route      = data.aws_route.default.gateway_id == aws_internet_gateway.one.id
    ports      = data.aws_vpc_security_group_rule.https.from_port
  }
}
